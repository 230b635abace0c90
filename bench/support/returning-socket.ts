import { setTimeout as delay } from 'node:timers/promises'
import { timing } from '../../protocol/index.ts'
import { ReadingSocket } from './reading-socket.ts'

/** The page's longest pause, ms (web/live). */
const maxRetryMs = 10_000

/** Comes back as the page does: with full jitter over a time that doubles, to whichever instance answers. */
export class ReturningSocket {
  /** When it was welcome again after its socket was lost, by `performance.now()`. */
  backAt: number | undefined
  tries = 0
  #socket: ReadingSocket
  readonly #urls: () => string[]
  readonly #token: string
  #over = false

  private constructor(socket: ReadingSocket, urls: () => string[], token: string) {
    this.#socket = socket
    this.#urls = urls
    this.#token = token
    void this.#comeBack()
  }

  /** Opens at `url`; `urls` are those it comes back to. */
  static async open(url: string, urls: () => string[], token: string): Promise<ReturningSocket> {
    return new ReturningSocket(await ReadingSocket.open(`${url}/ws`, token), urls, token)
  }

  async #comeBack(): Promise<void> {
    await this.#socket.closed
    for (let attempt = 0; !this.#over; attempt++) {
      await delay(Math.random() * Math.min(timing.firstRetryMs * 2 ** attempt, maxRetryMs))
      const urls = this.#urls()
      this.tries++
      try {
        this.#socket = await ReadingSocket.open(
          `${urls[Math.floor(Math.random() * urls.length)]}/ws`,
          this.#token,
        )
        this.backAt = performance.now()
        return
      } catch {
        // Refused or lost again: the next try waits longer.
      }
    }
  }

  close(): void {
    this.#over = true
    this.#socket.close()
  }
}
