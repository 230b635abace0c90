import { startInstance } from '../../test/support/instance-process.ts'
import type { InstanceProcess } from '../../test/support/instance-process.ts'
import { ApiClient } from '../../test/support/api-client.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { World } from './world.ts'

export interface Embedded extends AsyncDisposable {
  readonly instance: InstanceProcess
  readonly api: ApiClient
  stop(): Promise<void>
  /** Restarts the instance on the same data. */
  start(): Promise<void>
}

/** Starts one instance with only a data folder and the built-in model. */
export async function startEmbedded(world: World): Promise<Embedded> {
  const env = await world.processEnv()
  const folder = await temporaryFolder('embedded')
  const launch = (): Promise<InstanceProcess> =>
    startInstance({
      label: 'embedded',
      env: {
        DATA_DIR: folder.path,
        ENABLE_OLLAMA_API: 'false',
        ...env,
      },
    })
  let instance = await launch()
  const api = new ApiClient(instance.url)
  return {
    get instance() {
      return instance
    },
    api,
    stop: () => instance.stop(),
    async start() {
      instance = await launch()
      api.url = instance.url
    },
    async [Symbol.asyncDispose]() {
      await instance.stop()
      await folder.remove()
    },
  }
}
