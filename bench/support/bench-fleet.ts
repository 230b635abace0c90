import { join } from 'node:path'
import { startProviderProcess } from '../../chaos/support/provider-process.ts'
import { ApiClient } from '../../test/support/api-client.ts'
import { startInstance } from '../../test/support/instance-process.ts'
import type { InstanceProcess } from '../../test/support/instance-process.ts'
import { startStandalone } from '../../test/support/redis-server.ts'
import type { RedisProcess } from '../../test/support/redis-process.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { shapes } from './shapes.ts'

export interface BenchFleetOptions {
  instances: number
  databaseUrl: string
  /** False: PostgreSQL only. */
  redis: boolean
  env: Record<string, string>
}

/** Instances as processes that share one PostgreSQL, one Redis and one provider, with a client of the first user. */
export interface BenchFleet {
  readonly instances: InstanceProcess[]
  readonly redis: RedisProcess | undefined
  readonly databaseUrl: string
  /** Base URL of the provider. */
  readonly v1: string
  readonly api: ApiClient
  stop(): Promise<void>
}

export async function startBenchFleet(options: BenchFleetOptions): Promise<BenchFleet> {
  const folder = await temporaryFolder('bench')
  const redis = options.redis ? await startStandalone() : undefined
  const provider = await startProviderProcess(shapes)
  const launch = (_: unknown, index: number): Promise<InstanceProcess> =>
    startInstance({
      label: `instance-${index + 1}`,
      env: {
        DATA_DIR: join(folder.path, `data-${index}`),
        DATABASE_URL: options.databaseUrl,
        ...(redis ? { REDIS_URL: redis.variables.url } : {}),
        OPENAI_API_BASE_URL: provider.v1,
        OPENAI_API_CONFIGS: '{"0":{"continues":"trailing"}}',
        ENABLE_OLLAMA_API: 'false',
        // No grace: the bench measures instances at work, not how they shut down.
        SHUTDOWN_GRACE_SECONDS: '0',
        ...options.env,
      },
    })
  const instances = await Promise.all(Array.from({ length: options.instances }, launch))
  const api = new ApiClient(instances[0]?.url ?? '')
  await api.signUp()
  return {
    instances,
    redis: redis?.servers[0],
    databaseUrl: options.databaseUrl,
    v1: provider.v1,
    api,
    async stop() {
      await Promise.all(instances.map((instance) => instance.stop()))
      await provider.stop()
      await redis?.stop()
      await folder.remove()
    },
  }
}
