import { guideNginx, startNginxInFrontOf } from '../../deploy/support/local-nginx.ts'
import type { LocalNginx } from '../../deploy/support/local-nginx.ts'
import { startProxiedFleet } from '../../deploy/support/proxied-fleet.ts'
import { startInstance } from '../../support/instance-process.ts'
import { startScriptedProvider } from '../../support/scripted-provider.ts'
import type { Script, ScriptedProvider } from '../../support/scripted-provider.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** The server that a test’s page comes from. */
export interface PageServer extends AsyncDisposable {
  /** The address that the browser sees. */
  url: string
  provider: ScriptedProvider
  /** Needed for the first sign-up through a proxy. */
  setupCode: string
  /** Kills the server and starts it again at the same address. */
  restart(): Promise<void>
}

export interface PageServerOptions {
  scripts?: Record<string, Script>
  env: Record<string, string>
}

/**
 * Which nginx configuration stands between the browser and three instances: that of deploy/nginx or that of the guide,
 * set by SHOAL_TEST_BEHIND. Undefined: the page comes directly from one embedded instance.
 */
export const behind = readBehind(process.env['SHOAL_TEST_BEHIND'])

type NginxConfig = 'ours' | 'guide'

function readBehind(value = ''): NginxConfig | undefined {
  if (value === '') return undefined
  if (value === 'ours' || value === 'guide') return value
  throw new Error(`SHOAL_TEST_BEHIND is ours or guide, not ${value}`)
}

const credentials = { OPENAI_API_KEY: 'sk-of-the-tests' }

export function startPageServer(options: PageServerOptions): Promise<PageServer> {
  return behind ? startBehindNginx(behind, options) : startAlone(options)
}

async function startAlone({ scripts, env }: PageServerOptions): Promise<PageServer> {
  const folder = await temporaryFolder('page')
  const provider = await startScriptedProvider(scripts)
  const settings = {
    label: 'page',
    env: { DATA_DIR: folder.path, OPENAI_API_BASE_URL: provider.v1, ...credentials, ...env },
  }
  let instance = await startInstance(settings)
  return {
    url: instance.url,
    provider,
    // A browser on the server’s own machine needs no setup code.
    setupCode: '',
    async restart() {
      const { port } = instance
      instance.kill('SIGKILL')
      await instance.exited()
      instance = await startInstance({ ...settings, port })
    },
    async [Symbol.asyncDispose]() {
      await instance.stop()
      await provider.close()
      await folder.remove()
    },
  }
}

async function startBehindNginx(
  config: NginxConfig,
  { scripts, env }: PageServerOptions,
): Promise<PageServer> {
  await using started = new AsyncDisposableStack()
  const fleet = started.use(await startProxiedFleet({ ...credentials, ...env }, scripts))
  const nginx = await startNginxOf(config, fleet)
  started.defer(() => nginx.stop())
  const owned = started.move()
  return {
    url: nginx.url,
    provider: fleet.provider,
    setupCode: fleet.api.setupCode,
    async restart() {
      await Promise.all([0, 1, 2].map((index) => fleet.restart(index, 'SIGKILL')))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Makes nginx balance at random, whatever its file says. */
export async function startNginxOf(
  config: NginxConfig,
  fleet: Parameters<typeof startNginxInFrontOf>[0],
): Promise<LocalNginx> {
  const text = config === 'guide' ? { text: await guideNginx() } : {}
  return startNginxInFrontOf(fleet, { balance: 'random;', ...text })
}
