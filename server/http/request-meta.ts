import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client, Hop } from './client-address.ts'
import type { LimitState } from '../../protocol/index.ts'
import type { RequestMeta } from '../use-case.ts'
import { isLocal } from './is-local.ts'
import { limitHeaders } from './limit-headers.ts'

/** The abort reason of `RequestMeta.signal` if the client disconnected. */
export class ClientGoneError extends Error {
  override name = 'ClientGoneError'
  constructor() {
    super('the client disconnected')
  }
}

/** Computes its values on demand, because most requests need none of them. */
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
    return this.#getClient().address
  }

  get unproven(): readonly string[] {
    return this.#getClient().unproven
  }

  get local(): boolean {
    return isLocal(this.#request)
  }

  get https(): boolean {
    return this.#getClient().https
  }

  get cookies(): string {
    return this.#request.headers.cookie ?? ''
  }

  get secure(): boolean {
    return this.#getClient().secure
  }

  get userAgent(): string {
    return (this.#request.headers['user-agent'] ?? '').slice(0, 500)
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController()
      this.#abort = abort
      const onClose = (): void => {
        if (!this.#response.writableFinished) abort.abort(new ClientGoneError())
      }
      // Listens to the response, because the request's `close` fires as soon as its body has been read.
      if (this.#response.closed) onClose()
      else this.#response.once('close', onClose)
      if (this.#reason !== undefined) abort.abort(this.#reason)
    }
    return this.#abort.signal
  }

  setCookies(lines: string[]): void {
    const isLate = this.#response.headersSent || this.#reason !== undefined
    if (!isLate) this.#response.appendHeader('set-cookie', lines)
  }

  reportLimit(limit: LimitState): void {
    if (this.#response.headersSent) return
    for (const [name, value] of Object.entries(limitHeaders(limit))) this.#response.setHeader(name, value)
  }

  /** Calls `callback` once, when the response has been sent or the client has disconnected. */
  whenEnded(callback: () => void): void {
    if (this.#response.closed) callback()
    else this.#response.once('close', callback)
  }

  /** Breaks the connection, so that the client does not mistake a partial response for a complete one. */
  destroyConnection(): void {
    this.#response.destroy()
  }

  /** Called when the use case fails or its deadline passes: aborts the signal and ignores cookies from then on. */
  abort(reason: unknown): void {
    this.#reason = reason
    this.#abort?.abort(reason)
  }

  #getClient(): Client {
    this.#client ??= this.#clientOf(this.#request)
    return this.#client
  }
}
