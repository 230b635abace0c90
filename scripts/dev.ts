// `npm run dev`: starts the server, which restarts when its code changes, and Vite with the page, which forwards API
// requests to the server. `--fleet` starts two such servers with debuggers, and their own Redis and PostgreSQL;
// connections of the page alternate between the servers. Ctrl-C stops everything. Other arguments are passed to `shoal
// start`.
import { join } from 'node:path'
import { createServer } from 'vite'
import { freePorts } from '../test/support/free-port.ts'
import { startPostgresServer } from '../test/support/postgres-server.ts'
import { startStandalone } from '../test/support/redis-server.ts'
import { temporaryFolder } from '../test/support/temporary-folder.ts'
import { spreadConnections } from './dev/spread-connections.ts'
import { startWatchedServer } from './dev/watched-server.ts'
import type { WatchedServer } from './dev/watched-server.ts'
import { ensureSystemPackages } from './system-packages.ts'

/** The debugger configuration in `.vscode/launch.json` attaches to these ports. */
const inspectPorts = [9229, 9230]

const stack = new AsyncDisposableStack()
const interrupted = new Promise<void>((resolve) => {
  process.on('SIGINT', resolve)
  process.on('SIGTERM', resolve)
})

function start(options: Parameters<typeof startWatchedServer>[0]): WatchedServer {
  const server = startWatchedServer(options)
  stack.defer(() => server.stop())
  return server
}

async function startFleet(args: string[]): Promise<{ servers: WatchedServer[]; port: number }> {
  const folder = stack.use(await temporaryFolder('dev-fleet'))
  const postgres = await startPostgresServer()
  stack.defer(() => postgres.stop())
  const redis = stack.use(await startStandalone())
  const env = {
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.variables.url ?? '',
    DATA_DIR: join(folder.path, 'data'),
    LOG_FORMAT: process.env['LOG_FORMAT'] ?? 'pretty',
  }
  console.log(`redis      ${env.REDIS_URL}\ndatabase   ${env.DATABASE_URL}`)
  const ports = await freePorts(inspectPorts.length)
  const servers = ports.map((port, index) => {
    const label = `instance-${index + 1}`
    const inspect = inspectPorts[index]!
    console.log(`${label} http://127.0.0.1:${port}  debugger 127.0.0.1:${inspect}`)
    return start({ port, args, label, inspect, env: { ...env, INSTANCE_ID: label } })
  })
  const balancer = await spreadConnections(ports)
  stack.defer(() => balancer.close())
  return { servers, port: balancer.port }
}

async function serve(): Promise<void> {
  const args = process.argv.slice(2)
  let servers: WatchedServer[]
  let port = Number(process.env['PORT'] ?? '8080')
  if (args.includes('--fleet')) {
    ;({ servers, port } = await startFleet(args.filter((arg) => arg !== '--fleet')))
  } else {
    servers = [start({ port, args })]
  }
  process.env['SHOAL_DEV_SERVER'] = `http://127.0.0.1:${port}`
  const page = await createServer({ configFile: join(import.meta.dirname, '../vite.config.ts') })
  stack.defer(() => page.close())
  await page.listen()
  page.printUrls()
  await Promise.race([
    interrupted,
    ...servers.map(async ({ ended }) => {
      console.error(`A server exited with code ${await ended}.`)
    }),
  ])
}

if (process.argv.includes('--fleet') && !ensureSystemPackages('servers')) process.exit(69)
try {
  await Promise.race([serve(), interrupted])
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
await stack.disposeAsync()
process.exit()
