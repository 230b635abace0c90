// `npm run fleet`: starts three instances, and Redis, PostgreSQL and nginx from the system's packages, on free ports of
// this machine. Use it to kill an instance during an answer and watch another one continue the answer. Ctrl-C stops
// everything and leaves no files.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startLocalNginx } from '../test/deploy/support/local-nginx.ts'
import { makeCertificates } from '../test/support/certificates.ts'
import { freePorts } from '../test/support/free-port.ts'
import { startInstance } from '../test/support/instance-process.ts'
import { startPostgresServer } from '../test/support/postgres-server.ts'
import { startStandalone } from '../test/support/redis-server.ts'
import { temporaryFolder } from '../test/support/temporary-folder.ts'
import { ensureSystemPackages } from './system-packages.ts'

const { values } = parseArgs({
  options: { instances: { type: 'string', default: '3' }, port: { type: 'string' } },
})
const count = Number(values.instances)
if (!Number.isInteger(count) || count < 1 || count > 9) {
  console.error('--instances: write a number from 1 to 9')
  process.exit(64)
}
if (!ensureSystemPackages('servers', 'certificates', 'nginx')) process.exit(69)

const stack = new AsyncDisposableStack()
let stopping = false
const interrupted = new Promise<void>((resolve) => {
  let firstAt = 0
  const stop = (): void => {
    // A second signal exits without waiting for answers. One Ctrl-C may arrive twice, because npm forwards the signal
    // too.
    if (stopping && performance.now() - firstAt > 500) process.exit(130)
    firstAt ||= performance.now()
    stopping = true
    resolve()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
})

async function start(): Promise<void> {
  const folder = stack.use(await temporaryFolder('fleet'))
  console.log(`Starting PostgreSQL, Redis, ${count} instances and nginx in ${folder.path} …`)
  const postgres = await startPostgresServer()
  stack.defer(() => postgres.stop())
  const redis = stack.use(await startStandalone())
  const certificates = await makeCertificates(folder.path)
  const [httpPort = 0, free = 0] = await freePorts(2)
  const httpsPort = values.port === undefined ? free : Number(values.port)
  const address = `https://localhost:${httpsPort}`
  const env = {
    ENABLE_TITLE_GENERATION: 'true',
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.variables.url,
    DATA_DIR: join(folder.path, 'data'),
    WEBUI_URL: address,
    GLOBAL_LOG_LEVEL: 'INFO',
  }
  const instances = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const label = `instance-${index + 1}`
      return startInstance({ label, env, logFile: join(folder.path, `${label}.log`) })
    }),
  )
  stack.defer(async () => void (await Promise.all(instances.map((it) => it.stop()))))
  const nginx = await startLocalNginx({
    folder: folder.path,
    instances: instances.map(({ port }) => port),
    httpPort,
    httpsPort,
    certificates,
    balance: 'random;',
  })
  stack.defer(() => nginx.stop())
  for (const it of instances)
    void it.exited().then((code) => {
      if (!stopping) console.log(`${it.label} (pid ${it.pid}) ended with ${code ?? 'a signal'}`)
    })
  const setupCode = await instances[0]?.setupCode()
  const rows = instances.map(
    ({ label, url, pid }) => `  ${label}  ${url}  kill -9 ${pid}  tail -f ${folder.path}/${label}.log`,
  )
  console.log(
    [
      '',
      `  open     ${address}  (the certificate is self-signed, so the browser will warn)`,
      ...rows,
      `  redis    ${redis.variables.url}`,
      `  database ${env.DATABASE_URL}`,
      '',
      ...(setupCode ? [`  setup code: ${setupCode}  (the page asks for it)`, ''] : []),
      'Create the first account, tell the demo model "count to 500", and kill an instance while it answers. Ctrl-C stops all.',
    ].join('\n'),
  )
}

try {
  await Promise.race([start().then(() => interrupted), interrupted])
  console.log('\nStopping …')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
stopping = true
await stack.disposeAsync()
