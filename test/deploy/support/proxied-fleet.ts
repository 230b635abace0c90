import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { ApiClient } from '../../support/api-client.ts'
import { makeCertificates } from '../../support/certificates.ts'
import type { Certificates } from '../../support/certificates.ts'
import { startInstance } from '../../support/instance-process.ts'
import type { InstanceProcess } from '../../support/instance-process.ts'
import { startPostgresServer } from '../../support/postgres-server.ts'
import { startStandalone } from '../../support/redis-server.ts'
import { startScriptedProvider } from '../../support/scripted-provider.ts'
import type { Script, ScriptedProvider } from '../../support/scripted-provider.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** Three instances with their services and a signed-in user, to be put behind a proxy. */
export interface ProxiedFleet extends AsyncDisposable {
  folder: string
  /** Certificates for localhost, which this process trusts. */
  certificates: Certificates
  api: ApiClient
  provider: ScriptedProvider
  instances: InstanceProcess[]
  /** Ends an instance with SIGTERM or SIGKILL and starts it again on its port; resolves when it is ready. */
  restart(index: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts an additional instance, the last one in `instances`; resolves when it is ready. */
  add(): Promise<InstanceProcess>
}

export async function startProxiedFleet(
  env: Record<string, string> = {},
  scripts?: Record<string, Script>,
): Promise<ProxiedFleet> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder('deploy'))
  const certificates = await makeTrustedCertificates(folder.path)
  const postgres = await startPostgresServer()
  started.defer(() => postgres.stop())
  const redis = started.use(await startStandalone())
  const provider = await startScriptedProvider(scripts)
  started.defer(() => provider.close())
  const variables = {
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.variables.url,
    DATA_DIR: join(folder.path, 'data'),
    OPENAI_API_BASE_URL: provider.v1,
    WEBUI_SESSION_COOKIE_SECURE: 'true',
    ...env,
  }
  const start = (index: number, port?: number): Promise<InstanceProcess> =>
    startInstance({
      label: `instance-${index + 1}`,
      env: variables,
      logFile: join(folder.path, `instance-${index + 1}.log`),
      ...(port ? { port } : {}),
    })
  // All at the same time, as compose does.
  const instances = await Promise.all([0, 1, 2].map((index) => start(index)))
  started.defer(async () => void (await Promise.all(instances.map((it) => it.stop()))))
  const api = new ApiClient(instances[0]!.url)
  api.setupCode = await instances[0]!.setupCode()
  const owned = started.move()
  return {
    folder: folder.path,
    certificates,
    api,
    provider,
    instances,
    async restart(index, signal) {
      const { port } = instances[index]!
      instances[index]!.kill(signal)
      await instances[index]!.exited()
      instances[index] = await start(index, port)
    },
    async add() {
      const instance = await start(instances.length)
      instances.push(instance)
      return instance
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Creates certificates for localhost, which this process trusts. */
export async function makeTrustedCertificates(folder: string): Promise<Certificates> {
  const certificates = await makeCertificates(folder)
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificates.ca, 'utf8')])
  return certificates
}
