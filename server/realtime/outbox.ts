import type { ServerFrame } from '../../protocol/index.ts'

/** What carries frames to one reader. */
export interface Transport {
  /** Hands bytes to the socket; `sent` is called when they have left this process. */
  send(data: string, sent: () => void): void
  /** Bytes that wait in this process. */
  buffered(): number
}

interface Waiting {
  frame: ServerFrame
  size: number
}

/** Bytes that may wait in the socket before frames wait here, where words can still be merged. */
const highWater = 65_536
/** Characters that may wait here; beyond them the reader is told to come back from its position. */
const maxSize = 1_048_576
/** What a frame takes beside its text. */
const overhead = 100

/**
 * Frames on their way to one reader, in order. While the socket takes them they are not kept. For a slow socket, words of
 * one channel are merged into one frame and events into one `gap`; a hopeless one is reported once by `overflow`.
 */
export class Outbox {
  readonly #transport: Transport
  readonly #overflow: () => void
  #waiting: Waiting[] | undefined
  #size = 0
  #gapWaits = false
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
    // The reader will read everything again when it hears of a gap, so whatever happens until then is covered by it.
    const covered = frame.t === 'event' || frame.t === 'gap'
    if (covered && this.#gapWaits) return
    if (covered) this.#gapWaits = true
    if (!this.#merge(frame)) this.#add(covered ? { t: 'gap' } : frame)
    if (this.#size <= maxSize) return
    this.#over = true
    this.#waiting = undefined
    this.#overflow()
  }

  #add(frame: ServerFrame): void {
    const size = sizeOf(frame)
    this.#size += size
    this.#waiting?.push({ frame, size })
  }

  /** Words that continue the last waiting frame. */
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

/** Characters on the wire, nearly; cheap for the frames that come often or are long. */
function sizeOf(frame: ServerFrame): number {
  if (frame.t === 'w') return frame.x.length + overhead
  if (frame.t === 'run') return frame.text.length + overhead
  return JSON.stringify(frame).length
}
