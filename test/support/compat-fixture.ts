import { silentLogger, systemClock } from '../../server/base/index.ts'
import { complete } from '../../server/chat/complete.ts'
import { serveOpenAiApi } from '../../server/compat/index.ts'
import { createModelCatalogue } from '../../server/upstream/index.ts'
import type { ConnectionConfig } from '../../server/upstream/index.ts'
import { startHttp } from './http-fixture.ts'
import type { HttpFixture } from './http-fixture.ts'
import { startScriptedProvider } from './scripted-provider.ts'
import type { Script, ScriptedProvider } from './scripted-provider.ts'

export interface CompatFixture extends HttpFixture {
  provider: ScriptedProvider
  /** The number of POST requests that the server received since the last refresh. */
  requests(): number
  /** Resets `requests` and discards the cached list of models. */
  refresh(): Promise<void>
}

/** Starts a real HTTP server with `/v1`, a real catalogue, and a scripted provider over HTTP. */
export async function startCompatWithProvider(
  scripts: Record<string, Script>,
  connection: Partial<ConnectionConfig> = {},
): Promise<CompatFixture> {
  const provider = await startScriptedProvider(scripts)
  const models = createModelCatalogue({
    connections: () => [
      {
        id: 'c1',
        kind: 'openai',
        name: 'Scripted',
        baseUrl: provider.v1,
        key: 'k',
        prefix: '',
        enabled: true,
        order: 0,
        continues: 'none',
        modelIds: [],
        source: 'page',
        ...connection,
      },
    ],
    clock: systemClock,
    logger: silentLogger,
    learnt: async () => undefined,
    learn: async () => undefined,
  })
  let requests = 0
  const it = await startHttp({
    mount: (http) => {
      http.app.addHook('onRequest', async ({ method }) => {
        if (method === 'POST') requests++
      })
      serveOpenAiApi(http.app, {
        http,
        clock: systemClock,
        logger: silentLogger,
        models: async () => (await models.list()).models,
        complete: (request) => complete({ models, ...unlimited }, { ...request, onLimit: () => {} }),
      })
    },
  })
  return {
    ...it,
    provider,
    requests: () => requests,
    async refresh() {
      requests = 0
      models.refresh()
    },
    async close() {
      await it.close()
      await provider.close()
    },
  }
}

const unlimited = {
  limiter: { admitRequest: async () => ({ limit: undefined, ended: () => {} }), spend: async () => {} },
  admission: { enter: async () => () => {} },
}
