import { setTimeout as delay } from 'node:timers/promises'
import { timing } from '../../protocol/index.ts'
import { ReadingSocket } from './reading-socket.ts'

/** The maximum pause between attempts of the page, ms (web/live). */
const maxRetryMs = 10_000

/** Reconnects as the page does: to a random instance, after a pause with full jitter whose upper bound doubles. */
export class ReconnectingSocket {
  /** When the server welcomed it again after its socket was lost, by `performance.now()`. */
  reconnectedAt: number | undefined
  tries = 0
  #socket: ReadingSocket
  readonly #urls: () => string[]
  readonly #token: string
  #over = false

  private constructor(socket: ReadingSocket, urls: () => string[], token: string) {
    this.#socket = socket
    this.#urls = urls
    this.#token = token
    void this.#reconnect()
  }

  /** Connects to `url`; `urls` are the addresses for reconnecting. */
  static async open(url: string, urls: () => string[], token: string): Promise<ReconnectingSocket> {
    return new ReconnectingSocket(await ReadingSocket.open(`${url}/ws`, token), urls, token)
  }

  async #reconnect(): Promise<void> {
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
        this.reconnectedAt = performance.now()
        return
      } catch {
        // Refused or lost again: the pause before the next attempt is longer.
      }
    }
  }

  close(): void {
    this.#over = true
    this.#socket.close()
  }
}
