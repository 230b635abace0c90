import OpenAI from 'openai'
import type { CompletionRequest, GenerateEnd } from '../../server/chat/index.ts'
import { serveOpenAiApi } from '../../server/compat/index.ts'
import { silentLogger, systemClock } from '../../server/base/index.ts'
import type { HttpFixture } from './http-fixture.ts'
import { startHttp } from './http-fixture.ts'

export type Complete = (request: CompletionRequest) => Promise<GenerateEnd>

export interface OpenAiFixture extends HttpFixture {
  /** The official client, with the key of `user`. */
  openai: OpenAI
  client(apiKey: string, base?: string): OpenAI
}

/** Starts a real HTTP server with `/v1`. The test generates the answers of its models. */
export async function startOpenAi(complete: Complete, pingMs?: number): Promise<OpenAiFixture> {
  const fixture = await startHttp({
    mount: (http) =>
      serveOpenAiApi(http.app, {
        complete,
        models: async () => [
          { id: 'demo', connectionName: 'Demo' },
          { id: 'meta/llama-3', connectionName: 'Local' },
        ],
        clock: systemClock,
        logger: silentLogger,
        http,
        ...(pingMs === undefined ? {} : { pingMs }),
      }),
  })
  const client = (apiKey: string, base = '/v1'): OpenAI =>
    new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${fixture.port}${base}`, maxRetries: 0 })
  return { ...fixture, openai: client('user'), client }
}

export const hello = { model: 'demo', messages: [{ role: 'user' as const, content: 'Hi' }] }

export const saysHello: Complete = async ({ sink }) => {
  await sink([{ kind: 'reasoning', text: 'hm' }])
  await sink([
    { kind: 'text', text: 'Hel' },
    { kind: 'text', text: 'lo 🐟' },
  ])
  await sink([{ kind: 'usage', usage: { promptTokens: 3, completionTokens: 2 } }])
  return { reason: 'stop' }
}
