import type { ServerFrame } from '../../protocol/index.ts'

/** What carries frames to one reader. */
export interface Transport {
  /** Hands bytes to the socket; `sent` is called when they have left this process. */
  send(data: string, sent: () => void): void
  /** Bytes that wait in this process. */
  buffered(): number
}

/** Bytes that may wait in the socket before frames wait here, where words can still be merged. */
const highWater = 65_536
/** Characters that may wait here; beyond them the reader is told to come back from its position. */
const most = 1_048_576

/**
 * Frames on their way to one reader, in order. While the socket takes them they are not kept; a slow socket makes
 * words of one channel merge into one frame, and a hopeless one is reported once by `overflow`.
 */
export class Outbox {
  readonly #transport: Transport
  readonly #overflow: () => void
  #waiting: ServerFrame[] | undefined
  #size = 0
  #over = false

  constructor(transport: Transport, overflow: () => void) {
    this.#transport = transport
    this.#overflow = overflow
  }

  push(frame: ServerFrame): void {
    if (this.#over) return
    if (!this.#waiting && this.#transport.buffered() < highWater) this.#send(frame)
    else this.#hold(frame)
  }

  #send(frame: ServerFrame): void {
    this.#transport.send(JSON.stringify(frame), this.#flush)
  }

  #hold(frame: ServerFrame): void {
    this.#waiting ??= []
    if (frame.t === 'w') {
      const last = this.#waiting.at(-1)
      this.#size += frame.x.length
      if (last?.t === 'w' && last.c === frame.c && last.at + last.x.length === frame.at) {
        this.#waiting[this.#waiting.length - 1] = { ...frame, at: last.at, x: last.x + frame.x }
      } else this.#waiting.push(frame)
    } else {
      this.#size += frame.t === 'run' ? frame.text.length : 200
      this.#waiting.push(frame)
    }
    if (this.#size <= most) return
    this.#over = true
    this.#waiting = undefined
    this.#overflow()
  }

  readonly #flush = (): void => {
    while (this.#waiting && this.#transport.buffered() < highWater) {
      const frame = this.#waiting.shift()
      if (!frame) {
        this.#waiting = undefined
        this.#size = 0
        return
      }
      this.#size = Math.max(
        0,
        this.#size - (frame.t === 'w' ? frame.x.length : frame.t === 'run' ? frame.text.length : 200),
      )
      this.#send(frame)
    }
  }
}
