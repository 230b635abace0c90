import type { ServerFrame } from '../../protocol/index.ts'
import type { Clock } from '../base/index.ts'

/** How long a poll collects text before it ends, ms. Text arrives continuously, and each response costs a request. */
const gatherMs = 1000
/** How long a poll waits for further frames after a frame that carries something other than text, ms. */
const settleMs = 50

/**
 * Decides when a poll's response ends: after `holdMs`, or soon after the first frame that carries news. A proxy holds
 * the response back until it ends, so the client receives nothing before that.
 */
export class PollEnd {
  readonly #end: () => void
  readonly #clock: Clock
  #opened = false
  #timer: NodeJS.Timeout | undefined
  #at = Infinity

  constructor(clock: Clock, end: () => void) {
    this.#clock = clock
    this.#end = end
  }

  /** Call when all followed runs have sent their text since the client's positions. */
  opened(holdMs: number): void {
    this.#opened = true
    this.#endWithin(holdMs)
  }

  observe(frame: ServerFrame): void {
    if (carriesNoNews(frame)) return
    // Each poll begins with the state of its runs: only a change after that ends the poll early.
    const soon = this.#opened && frame.t !== 'w' && frame.t !== 'run'
    this.#endWithin(soon ? settleMs : gatherMs)
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }

  #endWithin(ms: number): void {
    const at = this.#clock.monotonic() + ms
    if (at >= this.#at) return
    this.#at = at
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#end, ms)
  }
}

function carriesNoNews(frame: ServerFrame): boolean {
  if (frame.t === 'run') return frame.text === '' && frame.how === 'recovered'
  return frame.t === 'welcome' || frame.t === 'ping' || frame.t === 'pong'
}
