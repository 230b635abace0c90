import type { IncomingMessage, ServerResponse } from 'node:http'
import { DeadlineError } from '../base/index.ts'
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
  /** On the clock that only grows. */
  readonly openedAt: number
  /** Repeats the check of the credentials while the request runs; undefined if the request does not need that. */
  authenticateAgain: (() => Promise<unknown>) | undefined
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #clientOf: (hop: Hop) => Client
  #client: Client | undefined
  #abort: AbortController | undefined
  #reason: unknown
  #deadline: { ms: number; what: string; reject: (error: Error) => void } | undefined

  constructor(
    requestId: string,
    { raw: request, response }: { raw: IncomingMessage; response: ServerResponse },
    { openedAt, clientOf }: { openedAt: number; clientOf: (hop: Hop) => Client },
  ) {
    this.requestId = requestId
    this.openedAt = openedAt
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
      this.#abort = new AbortController()
      if (this.#response.closed) this.end()
      if (this.#reason !== undefined) this.#abort.abort(this.#reason)
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

  /** Called when the response has been sent or the client has disconnected; aborts the signal in the second case. */
  end(): void {
    if (this.#abort && !this.#response.writableFinished) this.#abort.abort(new ClientGoneError())
  }

  /**
   * Settles as `work` does, or rejects with a DeadlineError that names `what` when the request has been open for `ms`.
   * This does not cancel the work.
   */
  withinDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#deadline = { ms, what, reject }
      work.then(resolve, reject)
    })
  }

  /** Must be called regularly while the request is open. `now` is on the clock of `openedAt`. */
  checkDeadline(now: number): void {
    if (this.#deadline === undefined || now - this.openedAt < this.#deadline.ms) return
    const { ms, what, reject } = this.#deadline
    this.#deadline = undefined
    reject(new DeadlineError(what, ms))
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
