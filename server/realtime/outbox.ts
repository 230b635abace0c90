import type { ServerFrame } from '../../protocol/index.ts'

/** Carries frames to one client. */
export interface Transport {
  /** Passes bytes to the socket; `sent` is called when they have left this process. */
  send(data: string, sent: () => void): void
  /** Bytes that wait in this process to be sent. */
  buffered(): number
}

interface Waiting {
  frame: ServerFrame
  size: number
}

/** Bytes that may wait in the socket. Above this, frames wait in the outbox, where text can still be merged. */
const highWater = 65_536
/** Characters that may wait in the outbox. Above this, the client must reconnect and resume from its position. */
const maxSize = 1_048_576
/** Estimated characters of a frame besides its text. */
const overhead = 100

/**
 * Sends frames to one client, in order. Frames wait here only while the socket is full. Then text of one channel is
 * merged into one frame, and events into one `gap`. If too much waits, `overflow` is called, once.
 */
export class Outbox {
  readonly #transport: Transport
  readonly #overflow: () => void
  #waiting: Waiting[] | undefined
  #size = 0
  #gapWaits = false
  #overflowed = false

  constructor(transport: Transport, overflow: () => void) {
    this.#transport = transport
    this.#overflow = overflow
  }

  push(frame: ServerFrame): void {
    if (this.#overflowed) return
    if (!this.#waiting && this.#transport.buffered() < highWater) this.#send(frame)
    else this.#hold(frame)
  }

  #send(frame: ServerFrame): void {
    this.#transport.send(JSON.stringify(frame), this.#flush)
  }

  #hold(frame: ServerFrame): void {
    this.#waiting ??= []
    // The client refreshes everything when it receives a gap, so a waiting gap covers all events until it is sent.
    const covered = frame.t === 'event' || frame.t === 'gap'
    if (covered && this.#gapWaits) return
    if (covered) this.#gapWaits = true
    if (!this.#merge(frame)) this.#add(covered ? { t: 'gap' } : frame)
    if (this.#size <= maxSize) return
    this.#overflowed = true
    this.#waiting = undefined
    this.#overflow()
  }

  #add(frame: ServerFrame): void {
    const size = sizeOf(frame)
    this.#size += size
    this.#waiting?.push({ frame, size })
  }

  /** Merges text into the last waiting frame if it continues that frame. Returns whether it did. */
  #merge(frame: ServerFrame): boolean {
    const last = this.#waiting?.at(-1)
    if (frame.t !== 'w' || last?.frame.t !== 'w') return false
    const { c, at, x } = last.frame
    if (c !== frame.c || at + x.length !== frame.at) return false
    last.frame = { ...frame, at, x: x + frame.x }
    last.size += frame.x.length
    this.#size += frame.x.length
    return true
  }

  readonly #flush = (): void => {
    while (this.#waiting && this.#transport.buffered() < highWater) {
      const next = this.#waiting.shift()
      if (!next) {
        this.#waiting = undefined
        return
      }
      this.#size -= next.size
      if (next.frame.t === 'gap') this.#gapWaits = false
      this.#send(next.frame)
    }
  }
}

/** The approximate number of characters on the wire; cheap to compute for frames that are frequent or long. */
function sizeOf(frame: ServerFrame): number {
  if (frame.t === 'w') return frame.x.length + overhead
  if (frame.t === 'run') return frame.text.length + overhead
  return JSON.stringify(frame).length
}
