// A real HTTP server that acts as a model provider and follows scripts. It runs in the process of a test, or in its own
// process: `node test/support/scripted-provider.ts --port 0 --scripts '{"slow":{"wordsPerSecond":20}}'` prints one line
// of JSON with its address. `GET /__calls` returns the calls that it received.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { continuationProbe } from '../../server/upstream/probe-continuation.ts'
import { playScript } from './scripted-answer.ts'
import type { Script, ScriptedCall } from './scripted-answer.ts'
import { ollamaFormat, openAiFormat } from './scripted-format.ts'
import { scriptedWords } from './scripted-words.ts'

export type { Script, ScriptedCall } from './scripted-answer.ts'
export { readScriptedWords } from './scripted-words.ts'

/** The models of a provider without given scripts. */
export const defaultScripts: Record<string, Script> = {
  words: { words: 200, wordsPerSecond: 40 },
  fast: { words: 200 },
  restarts: { words: 200, wordsPerSecond: 40, continues: 'none' },
  hangs: { words: 200, wordsPerSecond: 40, fault: { after: 10, how: 'hang' } },
  breaks: { words: 200, wordsPerSecond: 40, fault: { after: 10, how: 'break' } },
  limited: {
    refuse: { status: 429, headers: { 'retry-after': '2' }, body: { error: { message: 'Slow down.' } } },
  },
  flood: { flood: true },
}

export interface ScriptedProvider {
  /** `http://127.0.0.1:PORT`, the base address for Ollama. */
  url: string
  /** The base address for OpenAI's API. */
  v1: string
  /** The models and their scripts. They may be changed at any time. */
  scripts: Record<string, Script>
  /** All calls for an answer, in order. */
  calls: ScriptedCall[]
  /** The number of calls for an answer that are open now. */
  live(): number
  /** The number of open connections, including idle connections. */
  connections(): number
  /** The number of requests for the list of models so far. */
  lists(): number
  /** Replaces the response to a request for the list of models, unless undefined. With `hang`, it never responds. */
  listAnswer: { status: number; body: string; headers?: Record<string, string> } | 'hang' | undefined
  /** The pause before the list is sent, ms. */
  listDelayMs: number
  /** Breaks all open connections, like a provider that crashes. */
  cut(): void
  close(): Promise<void>
}

export async function startScriptedProvider(
  scripts: Record<string, Script> = defaultScripts,
  { port = 0, key }: { port?: number; key?: string } = {},
): Promise<ScriptedProvider> {
  const sockets = new Set<Socket>()
  let lists = 0
  let answers = 0

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  const provider: ScriptedProvider = {
    url: '',
    v1: '',
    scripts: { ...scripts },
    calls: [],
    live: () => provider.calls.filter(({ state }) => state === 'open').length,
    connections: () => sockets.size,
    lists: () => lists,
    listAnswer: undefined,
    listDelayMs: 0,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        sockets.forEach((socket) => socket.destroy())
      }),
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://provider').pathname
    if (path.startsWith('/__')) return control(request, response, path)
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      const message = `Incorrect API key provided: ${request.headers.authorization ?? ''}.`
      return json(response, 401, { error: { message, code: 'invalid_api_key' } })
    }
    if (path === '/v1/models' || path === '/api/tags') return listModels(response, path)
    if (path === '/v1/chat/completions' || path === '/api/chat') return answer(request, response, path)
    json(response, 404, { error: { message: `No such path: ${path}` } })
  }

  async function listModels(response: ServerResponse, path: string): Promise<void> {
    lists++
    await delay(provider.listDelayMs)
    const { listAnswer } = provider
    if (listAnswer === 'hang') return
    if (listAnswer) {
      response.writeHead(listAnswer.status, { 'content-type': 'application/json', ...listAnswer.headers })
      return void response.end(listAnswer.body)
    }
    const names = Object.keys(provider.scripts)
    if (path === '/api/tags')
      return json(response, 200, { models: names.map((name) => ({ name, model: name })) })
    json(response, 200, {
      object: 'list',
      data: names.map((id) => ({ id, object: 'model', owned_by: 'scripted' })),
    })
  }

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const body = JSON.parse(await textOf(request)) as Record<string, unknown>
    const model = String(body.model)
    const script = provider.scripts[model]
    const continuation = readContinuation(body)
    const call = continuation.isProbe ? 0 : ++answers
    const record: ScriptedCall = {
      call,
      at: Date.now(),
      model,
      path,
      authorization: request.headers.authorization,
      body,
      words: 0,
      bytes: 0,
      state: 'open',
    }
    provider.calls.push(record)
    response.once('close', () => {
      record.state = response.writableFinished ? 'ended' : 'closed-by-client'
      record.endedAt = Date.now()
    })
    if (!script) {
      return json(response, 404, {
        error: { message: `The model “${model}” does not exist`, code: 'model_not_found' },
      })
    }
    const unwanted = script.refusesFields?.find((name) => body[name] !== undefined)
    if (unwanted !== undefined) {
      return json(response, 400, {
        error: { message: `Unsupported parameter: '${unwanted}'. ${hint(unwanted)}` },
      })
    }
    if (script.refuse && call <= (script.refuse.times ?? Infinity)) {
      const { status, headers, body: said } = script.refuse
      response.writeHead(status, {
        'content-type': typeof said === 'string' ? 'text/plain' : 'application/json',
        ...headers,
      })
      return void response.end(typeof said === 'string' ? said : JSON.stringify(said ?? {}))
    }
    if (script.silent) return
    const withUsage = (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true
    const format = path === '/api/chat' ? ollamaFormat(model) : openAiFormat(`call-${call}`, model, withUsage)
    const played = body.stream === false ? { ...script, plain: true } : script
    const type = played.plain && script.contentType === undefined ? { contentType: 'application/json' } : {}
    await playScript(response, {
      script: { ...played, ...type },
      words: wordsOf(script, call, continuation),
      format,
      record,
    })
  }

  async function control(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { method } = request
    if (path === '/__calls' && method === 'DELETE') provider.calls.length = 0
    else if (path === '/__connections' && method === 'DELETE') provider.cut()
    else if (path.startsWith('/__scripts/') && method === 'PUT') {
      const model = decodeURIComponent(path.slice('/__scripts/'.length))
      provider.scripts[model] = JSON.parse(await textOf(request)) as Script
    } else if (path !== '/__calls') return json(response, 404, { error: 'unknown control' })
    json(response, 200, { live: provider.live(), lists, calls: provider.calls })
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  provider.v1 = `${provider.url}/v1`
  return provider
}

interface ContinuationInput {
  /** The text to continue, and the mode in which it was sent. */
  given: string
  form: 'trailing' | 'prefix' | 'vllm' | undefined
  /** Whether the request is the test of `auto`. */
  isProbe: boolean
}

function readContinuation(body: Record<string, unknown>): ContinuationInput {
  const messages = (body.messages ?? []) as { role: string; content: string; prefix?: boolean }[]
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return { given: '', form: undefined, isProbe: false }
  const form = last.prefix ? 'prefix' : body.continue_final_message ? 'vllm' : 'trailing'
  return { given: last.content, form, isProbe: messages.at(-2)?.content === continuationProbe.ask }
}

function wordsOf(script: Script, call: number, { given, form, isProbe }: ContinuationInput): string[] {
  const { words = 20, continues = 'trailing', echoes } = script
  const isContinued = form !== undefined && form === continues
  const echo = isContinued && echoes ? [given] : []
  if (isProbe && script.question !== undefined) return [script.question]
  if (isProbe)
    return [...echo, isContinued ? continuationProbe.rest : continuationProbe.given + continuationProbe.rest]
  if (typeof words === 'number') return [...echo, ...scriptedWords(call, words, isContinued ? given : '')]
  const whole = words.join('')
  return [...echo, ...(isContinued && whole.startsWith(given) ? wordsAfter(words, given.length) : words)]
}

/** The words after this number of characters, in the same pieces. */
function wordsAfter(words: string[], length: number): string[] {
  let end = 0
  return words.flatMap((word) => {
    end += word.length
    if (end <= length) return []
    return [word.slice(Math.max(0, word.length - (end - length)))]
  })
}

const hint = (name: string): string => (name === 'max_tokens' ? "Use 'max_completion_tokens' instead." : '')

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, scripts: { type: 'string' }, key: { type: 'string' } },
  })
  const provider = await startScriptedProvider(
    values.scripts === undefined ? defaultScripts : (JSON.parse(values.scripts) as Record<string, Script>),
    { port: Number(values.port), ...(values.key === undefined ? {} : { key: values.key }) },
  )
  process.stdout.write(`${JSON.stringify({ url: provider.url, v1: provider.v1 })}\n`)
}
