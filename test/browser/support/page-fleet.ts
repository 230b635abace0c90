import { join } from 'node:path'
import { startRandomBalancer } from '../../../chaos/support/random-balancer.ts'
import type { RunSummary } from '../../../protocol/http/runs.ts'
import { ApiClient } from '../../support/api-client.ts'
import { makeTrustedCertificates } from '../../deploy/support/proxied-fleet.ts'
import { startInstance } from '../../support/instance-process.ts'
import type { InstanceProcess } from '../../support/instance-process.ts'
import { startPostgresServer } from '../../support/postgres-server.ts'
import { startStandalone } from '../../support/redis-server.ts'
import { startScriptedProvider } from '../../support/scripted-provider.ts'
import type { Script, ScriptedProvider } from '../../support/scripted-provider.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { launchBrowser, openPage } from './page-fixture.ts'
import type { PageFixture } from './page-fixture.ts'
import { behind, startNginxOf } from './page-server.ts'

/**
 * The page behind a balancer without session affinity, on two instances with their own Redis and PostgreSQL; or on
 * three behind the nginx that SHOAL_TEST_BEHIND names.
 */
export interface PageFleet
  extends AsyncDisposable, Pick<PageFixture, 'api' | 'browser' | 'pageErrors' | 'open'> {
  instances: InstanceProcess[]
  provider: ScriptedProvider
  /**
   * The instances that new requests and sockets may go to: all running ones, unless a test narrows it. An nginx ignores
   * this.
   */
  targets: () => string[]
  /** The instance that owns the running answer of this chat. */
  ownerOf: (chatId: string) => Promise<InstanceProcess>
  /** Kills all instances and starts them again at the same addresses, with these variables. */
  restartAll: (env?: Record<string, string>) => Promise<void>
}

export async function startPageFleet(scripts: Record<string, Script>): Promise<PageFleet> {
  const folder = await temporaryFolder('page-fleet')
  const [postgres, redis, provider, browser] = await Promise.all([
    startPostgresServer(),
    startStandalone(),
    startScriptedProvider(scripts),
    launchBrowser(),
  ])
  const common = {
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.variables.url,
    OPENAI_API_BASE_URL: provider.v1,
    OPENAI_API_KEY: 'sk-of-the-tests',
    ENABLE_OLLAMA_API: 'false',
  }
  const start = (place: number, env: Record<string, string> = {}, port = 0): Promise<InstanceProcess> =>
    startInstance({
      label: `page-${place + 1}`,
      port,
      env: { DATA_DIR: join(folder.path, `data-${place}`), ...common, ...env },
    })
  const alive = (): string[] => it.instances.filter((instance) => instance.alive).map(({ url }) => url)
  const instances = await Promise.all((behind ? [0, 1, 2] : [0, 1]).map((place) => start(place)))
  const balancer = behind
    ? await startNginxOf(behind, {
        folder: folder.path,
        instances,
        certificates: await makeTrustedCertificates(folder.path),
      })
    : await startRandomBalancer(() => it.targets())
  const it: PageFleet = {
    instances,
    provider,
    targets: alive,
    api: new ApiClient(balancer.url),
    browser,
    pageErrors: [],
    open: (path, options) => openPage({ ...it, url: balancer.url }, path, options),
    async ownerOf(chatId) {
      const { items } = await it.api.call<{ items: RunSummary[] }>('GET', '/api/runs?limit=100')
      const owner = items.find((run) => run.chatId === chatId)?.owner
      const instance = it.instances.find(({ label }) => owner?.startsWith(`${label}.`))
      if (!instance) throw new Error(`nobody owns the answer of ${chatId}`)
      return instance
    },
    async restartAll(env) {
      for (const instance of it.instances) {
        if (instance.alive) instance.kill('SIGKILL')
        await instance.exited()
      }
      it.instances = await Promise.all(it.instances.map(({ port }, place) => start(place, env, port)))
      it.targets = alive
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await balancer.stop()
      for (const instance of it.instances) {
        if (instance.alive) instance.kill('SIGKILL')
        await instance.exited()
      }
      await provider.close()
      await redis.stop()
      await postgres.stop()
      await folder.remove()
    },
  }
  it.api.setupCode = (await instances[0]?.setupCode()) ?? ''
  await it.api.signUp()
  return it
}
