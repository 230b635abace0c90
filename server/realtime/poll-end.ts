import type { ServerFrame } from '../../protocol/index.ts'
import type { Clock } from '../base/index.ts'

/** Words are gathered for so long: they come in a stream, and each response costs a request. */
const gatherMs = 1000
/** What comes along with other news is taken along. */
const togetherMs = 50

/**
 * When a response that is to end has said enough: after `holdMs`, or soon after the first frame that tells something.
 * Readers of it get nothing before its end, since whatever is between holds it back until then.
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

  /** Everything that is followed has been told from where its reader stood. */
  opened(holdMs: number): void {
    this.#opened = true
    this.#within(holdMs)
  }

  sending(frame: ServerFrame): void {
    if (tellsNothing(frame)) return
    // Where a run stands is told at each opening: only what changes then is worth an end at once.
    const soon = this.#opened && frame.t !== 'w' && frame.t !== 'run'
    this.#within(soon ? togetherMs : gatherMs)
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }

  #within(ms: number): void {
    const at = this.#clock.monotonic() + ms
    if (at >= this.#at) return
    this.#at = at
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#end, ms)
  }
}

function tellsNothing(frame: ServerFrame): boolean {
  if (frame.t === 'run') return frame.text === '' && frame.how === 'recovered'
  return frame.t === 'welcome' || frame.t === 'ping' || frame.t === 'pong'
}
