import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client, Hop } from './client-address.ts'
import type { LimitState } from '../../protocol/index.ts'
import type { RequestMeta } from '../use-case.ts'
import { isLocal } from './is-local.ts'
import { limitHeaders } from './limit-headers.ts'

/** The reason of a signal: nobody waits for the answer any more. */
export class ClientGoneError extends Error {
  override name = 'ClientGoneError'
  constructor() {
    super('the client has gone')
  }
}

/** Reads on demand: most requests need none of it. */
export class LazyRequestMeta implements RequestMeta {
  readonly requestId: string
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #clientOf: (hop: Hop) => Client
  #client: Client | undefined
  #abort: AbortController | undefined
  #reason: unknown

  constructor(
    requestId: string,
    request: IncomingMessage,
    response: ServerResponse,
    clientOf: (hop: Hop) => Client,
  ) {
    this.requestId = requestId
    this.#request = request
    this.#response = response
    this.#clientOf = clientOf
  }

  get address(): string {
    return this.#known().address
  }

  get unproven(): readonly string[] {
    return this.#known().unproven
  }

  get local(): boolean {
    return isLocal(this.#request)
  }

  get https(): boolean {
    return this.#known().https
  }

  get cookies(): string {
    return this.#request.headers.cookie ?? ''
  }

  get secure(): boolean {
    return this.#known().secure
  }

  get userAgent(): string {
    return (this.#request.headers['user-agent'] ?? '').slice(0, 500)
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController()
      this.#abort = abort
      const gone = (): void => {
        if (!this.#response.writableFinished) abort.abort(new ClientGoneError())
      }
      // The response's `close`: that of the request comes as soon as its body is read.
      if (this.#response.closed) gone()
      else this.#response.once('close', gone)
      if (this.#reason !== undefined) abort.abort(this.#reason)
    }
    return this.#abort.signal
  }

  setCookies(lines: string[]): void {
    const isLate = this.#response.headersSent || this.#reason !== undefined
    if (!isLate) this.#response.appendHeader('set-cookie', lines)
  }

  tellLimit(limit: LimitState): void {
    if (this.#response.headersSent) return
    for (const [name, value] of Object.entries(limitHeaders(limit))) this.#response.setHeader(name, value)
  }

  /** Calls back once, when the answer has gone out or its client has. */
  whenOver(over: () => void): void {
    if (this.#response.closed) over()
    else this.#response.once('close', over)
  }

  /** Breaks the connection: whoever reads must not take what it has for the whole answer. */
  cut(): void {
    this.#response.destroy()
  }

  /** The request's deadline has passed. */
  expire(reason: unknown): void {
    this.#reason = reason
    this.#abort?.abort(reason)
  }

  #known(): Client {
    this.#client ??= this.#clientOf(this.#request)
    return this.#client
  }
}
