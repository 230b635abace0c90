import assert from 'node:assert/strict'
import { silentLogger, systemClock } from '../../../server/base/index.ts'
import { createLogReader } from '../../../server/coordination/run-log/log-reader.ts'
import type { LogReader, ReaderEvent } from '../../../server/coordination/run-log/log-reader.ts'
import type { MemoryRunLog, MemoryRunLogHub } from '../../../server/coordination/run-log/memory-run-log.ts'
import { catchUp } from '../../../server/coordination/run-log/source.ts'
import type { Source } from '../../../server/coordination/run-log/source.ts'
import { modelRun } from './model-owner.ts'
import type { ModelOwner } from './model-owner.ts'

const nothing: Source = { fence: 0, seq: 0, starts: [], text: '' }

/** A model of one page. It gets its text from a real reader on some instance, or from the owner's own instance. */
export class ModelPage {
  shown: Source = nothing
  owner: ModelOwner | undefined
  deaf = false
  isRowRequested = false
  readonly #handle: MemoryRunLog
  readonly #failed: (error: unknown) => void
  #reader: LogReader | undefined

  constructor(hub: MemoryRunLogHub, failed: (error: unknown) => void) {
    this.#handle = hub.connect({ write: () => 'arrives', deliversNote: () => !this.deaf })
    this.#failed = failed
  }

  get connected(): boolean {
    return this.#reader !== undefined
  }

  /** Connects to an instance whose reader continues from the page's text. */
  resume(): void {
    this.#follow(this.shown, (event) => this.#play(event))
  }

  /** Connects to an instance that reads the run already: the page catches up with the text of that reader. */
  join(): void {
    this.#follow(nothing, (event) => {
      if (event.kind !== 'ask-store' && this.#reader) this.#adopt(this.#reader.source)
    })
  }

  forget(): void {
    this.leave()
    this.shown = nothing
  }

  leave(): void {
    this.#reader?.close()
    this.#reader = undefined
    this.owner = undefined
  }

  /** Connects to the owner's own instance, which delivers text before the log has it. */
  attach(owner: ModelOwner): void {
    if (owner.stage !== 'writing' || owner.fence < this.shown.fence) return
    this.leave()
    this.#adopt(owner.source)
    this.owner = owner
  }

  receive(words: string): void {
    if (!this.owner) return
    this.shown = { ...this.shown, seq: this.owner.source.seq, text: this.shown.text + words }
  }

  /** Offers the source that was read from the row, requested or not. */
  offer(source: Source): void {
    this.isRowRequested = false
    if (this.#reader) this.#reader.offer(source)
    else if (!this.owner) this.#adopt(source)
  }

  check(written: (fence: number) => string): void {
    const { fence, text } = this.shown
    const whole = written(fence)
    assert.ok(whole.startsWith(text), `a page of fence ${fence} shows ${text}, its owner wrote ${whole}`)
  }

  #follow(from: Source, event: (event: ReaderEvent) => void): void {
    this.leave()
    this.#reader = createLogReader({
      log: this.#handle,
      runId: modelRun,
      from,
      clock: systemClock,
      logger: silentLogger,
      event: (reported) => {
        try {
          if (reported.kind === 'ask-store') this.isRowRequested = true
          event(reported)
        } catch (error) {
          this.#failed(error)
        }
      },
    })
  }

  #play(event: ReaderEvent): void {
    const { text } = this.shown
    if (event.kind === 'words') {
      assert.equal(event.at, text.length, 'text that does not begin where the shown text ends')
      this.shown = { ...this.shown, fence: event.fence, seq: event.seq, text: text + event.text }
    } else if (event.kind === 'rewind' || event.kind === 'reset') {
      assert.ok(event.keep <= text.length, 'a rewind beyond what is there')
      if (event.kind === 'reset') assert.equal(event.keep, 0)
      this.shown = { ...event.source, text: text.slice(0, event.keep) + event.text }
    }
    if (this.#reader) assert.equal(this.shown.text, this.#reader.source.text)
  }

  #adopt(source: Source): void {
    const { fence, text } = this.shown
    const step = catchUp({ fence, length: text.length }, source)
    if (!step) return
    assert.ok(step.keep <= text.length, 'a rewind beyond what is there')
    this.shown = { ...source, text: text.slice(0, step.keep) + step.text }
  }
}
