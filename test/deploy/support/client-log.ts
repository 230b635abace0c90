import { Agent, request } from 'node:https'
import { sleep } from '../../../server/base/index.ts'

/** One request as its client saw it. */
export interface Logged {
  method: string
  path: string
  /** The status of the response; 0 if there was none. */
  status: number
  error?: string
  atMs: number
  tookMs: number
}

export interface ClientOptions {
  url: string
  token: string
}

/** Clients that send requests at a limited rate until `stop`, and record every response. */
export class ClientLog {
  readonly requests: Logged[] = []
  readonly #options: ClientOptions
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 })
  readonly #stop = new AbortController()
  readonly #workers: Promise<void>[] = []

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** Sends a request every `everyMs`, but only one at a time. */
  repeat(everyMs: number, send: (it: ClientLog) => Promise<unknown>): this {
    const turn = async (): Promise<void> => {
      while (!this.#stop.signal.aborted) {
        await send(this)
        await sleep(everyMs)
      }
    }
    this.#workers.push(turn())
    return this
  }

  /** Resolves with the result; the status is 0 if the connection broke. Never rejects. */
  send(method: string, path: string, body?: unknown): Promise<Logged> {
    const started = performance.now()
    return new Promise((resolve) => {
      const done = (status: number, error?: string): void => {
        const tookMs = performance.now() - started
        const entry = { method, path, status, atMs: started, tookMs, ...(error ? { error } : {}) }
        this.requests.push(entry)
        resolve(entry)
      }
      const text = body === undefined ? '' : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${this.#options.token}`,
        ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}),
      }
      const sent = request(this.#options.url + path, { method, headers, agent: this.#agent, timeout: 20_000 })
      sent.on('response', (response) => {
        let output = ''
        response.setEncoding('utf8').on('data', (data: string) => (output += data))
        response.on('end', () =>
          done(response.statusCode ?? 0, response.statusCode === 200 ? undefined : output.slice(0, 200)),
        )
        response.on('error', (error) => done(0, error.message))
      })
      sent.on('timeout', () => sent.destroy(new Error('no answer within 20 s')))
      sent.on('error', (error) => done(0, error.message))
      sent.end(text)
    })
  }

  /** Requests that failed since `atMs` (a value of `performance.now()`). */
  failed(atMs = 0): Logged[] {
    return this.requests.filter((it) => it.atMs >= atMs && (it.status < 200 || it.status > 299))
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#workers)
    this.#agent.destroy()
  }
}
