import { silentLogger, systemClock } from '../../server/base/index.ts'
import type { Logger } from '../../server/base/index.ts'
import { readConfig } from '../../server/config.ts'
import { MemoryBusHub } from '../../server/coordination/bus/memory-bus.ts'
import { MemoryRunLogHub } from '../../server/coordination/run-log/memory-run-log.ts'
import { startInstance } from '../../server/instance.ts'
import type { Instance } from '../../server/instance.ts'
import type { RunLimits } from '../../server/chat/index.ts'
import { ApiClient } from './api-client.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { TemporaryFolder } from './temporary-folder.ts'

export interface InProcessOptions {
  instances?: number
  /** Without it, the fleet is one instance with an embedded store. */
  databaseUrl?: string
  env?: Record<string, string>
  /** Whether the instances are connected in memory instead of by Redis. */
  hubs?: boolean
  runLimits?: Partial<RunLimits>
  logger?: Logger
}

export interface LocalInstance {
  instance: Instance
  url: string
}

/** Instances in this process, wired as in production. Each has its own port. */
export interface InProcessFleet extends AsyncDisposable {
  instances: LocalInstance[]
  api: ApiClient
  urls(): string[]
  /** Starts another instance with the same environment variables and those in `env`. */
  add(env?: Record<string, string>): Promise<LocalInstance>
  stop(): Promise<void>
}

export async function startInProcess(options: InProcessOptions = {}): Promise<InProcessFleet> {
  const folder = await temporaryFolder('in-process')
  const logger = options.logger ?? silentLogger
  const hubs = {
    bus: new MemoryBusHub({ clock: systemClock, logger }),
    log: new MemoryRunLogHub({ clock: systemClock }),
  }
  const instances: LocalInstance[] = []

  async function add(env: Record<string, string> = {}): Promise<LocalInstance> {
    const label = `local-${instances.length + 1}`
    const instance = await startInstance({
      config: localConfig(folder, label, options, env),
      version: '0.0.0-test',
      logger,
      ...(options.hubs ? { hubs } : {}),
      ...(options.runLimits ? { runLimits: options.runLimits } : {}),
    })
    await instance.started
    const local = { instance, url: `http://127.0.0.1:${instance.port}` }
    instances.push(local)
    return local
  }

  for (let place = 0; place < (options.instances ?? 1); place++) await add()
  const api = new ApiClient(instances[0]?.url ?? '')
  await api.signUp()
  const stop = async (): Promise<void> => {
    await Promise.all(instances.map(({ instance }) => instance.stop()))
    await folder.remove()
  }
  return {
    instances,
    api,
    urls: () => instances.map(({ url }) => url),
    add,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function localConfig(
  folder: TemporaryFolder,
  label: string,
  options: InProcessOptions,
  env: Record<string, string>,
): Parameters<typeof startInstance>[0]['config'] {
  const reading = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: folder.path,
    INSTANCE_ID: label,
    ENABLE_OLLAMA_API: 'false',
    // Tests count the requests to a provider.
    ENABLE_TITLE_GENERATION: 'false',
    SHUTDOWN_GRACE_SECONDS: '5',
    ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
    ...options.env,
    ...env,
  })
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading.config
}
