import assert from 'node:assert/strict'
import { silentLogger, systemClock } from '../../../server/base/index.ts'
import { createLogWriter } from '../../../server/coordination/run-log/log-writer.ts'
import type { LogWriter } from '../../../server/coordination/run-log/log-writer.ts'
import type { Fate } from '../../../server/coordination/run-log/memory-faults.ts'
import type { MemoryRunLog, MemoryRunLogHub } from '../../../server/coordination/run-log/memory-run-log.ts'
import type { LogAnswer, RunLog, Starts } from '../../../server/coordination/run-log/run-log.ts'
import { newerSource, sourceOf } from '../../../server/coordination/run-log/source.ts'
import type { Source } from '../../../server/coordination/run-log/source.ts'
import type { ModelStore } from './model-store.ts'

export const modelRun = 'run'

export interface ModelOwnerOptions {
  hub: MemoryRunLogHub
  store: ModelStore
  /** Chooses the letter that the owner writes, so that two owners never write the same text. */
  index: number
  /** Whether the owner regenerates the answer instead of resuming it. */
  restart?: boolean
  /** Whether the owner claims without Redis, from the store alone. */
  withoutRedis?: boolean
  /**
   * The owner whose acknowledged text must be part of the text that this owner resumes; only if the log loses nothing.
   */
  predecessor?: () => ModelOwner | undefined
  /** Whether the owner with this fence regenerated the answer. */
  restarted: (fence: number) => boolean
}

/**
 * A model of an owner. It claims the run, seizes and reads the log, then drives the real writer. It may be a zombie.
 */
export class ModelOwner {
  readonly fence: number
  readonly restart: boolean
  readonly handle: MemoryRunLog
  stage: 'claimed' | 'seized' | 'read' | 'writing' | 'gone' = 'claimed'
  text = ''
  starts: Starts = []
  /** The length of text that the log has acknowledged; undefined before the log was opened. */
  acknowledged: number | undefined
  readonly #options: ModelOwnerOptions
  readonly #fates: Fate[] = []
  #writer: LogWriter | undefined
  /** The source that the claim returned. */
  readonly #stored: Source
  #chosen: Source
  #saved = 0
  #replacesSaved = false
  #words = 0

  constructor(options: ModelOwnerOptions) {
    this.#options = options
    this.restart = options.restart ?? false
    this.fence = options.store.claim()
    this.#stored = options.store.source
    this.#chosen = this.#stored
    this.handle = options.hub.connect({
      write: () => this.#fates.shift() ?? 'arrives',
      deliversNote: () => true,
    })
  }

  get source(): Source {
    return { fence: this.fence, seq: this.#writer?.seq ?? 0, starts: this.starts, text: this.text }
  }

  /** Decides the outcome of the next write whose outcome is not decided yet. */
  setNextFate(fate: Fate): void {
    this.#fates.push(fate)
  }

  clearFates(): void {
    this.#fates.length = 0
    this.handle.setAway(false)
  }

  /** Does the next step of the claim: seize, read or open. The next call retries a step with an unknown outcome. */
  async proceed(): Promise<void> {
    if (this.stage === 'claimed') {
      if (this.#options.withoutRedis) return this.#begin(this.#stored)
      const { kind } = await this.handle.seize(modelRun, this.fence)
      if (kind === 'ok' || kind === 'repeat') this.stage = 'seized'
      if (kind === 'fenced') this.#reread()
    } else if (this.stage === 'seized') {
      const entries = await this.handle.read(modelRun)
      if (entries === 'unavailable') return
      const source = newerSource(this.#stored, sourceOf(entries)) ?? this.#stored
      this.#assertNothingLost(source)
      this.#chosen = source
      this.stage = 'read'
    } else if (this.stage === 'read') {
      this.#begin(this.#chosen)
    }
  }

  write(length: number): string {
    if (this.stage !== 'writing') return ''
    const words = `${String.fromCodePoint(97 + this.#options.index)}${this.#words++}`.repeat(length)
    this.text += words
    this.#writer?.write(words)
    return words
  }

  save(): void {
    if (this.stage !== 'writing') return
    const { fence, text, starts } = this
    const saved = {
      fence,
      text,
      starts,
      saved: this.#saved,
      seq: this.#writer?.seq ?? 0,
      replacesSaved: this.#replacesSaved,
    }
    if (!this.#options.store.save(saved)) return
    this.#saved = text.length
    this.#replacesSaved = false
  }

  /** Saves and ends the run. */
  end(): boolean {
    this.save()
    return this.stage === 'writing' && this.#options.store.finalise(this.fence, this.#saved, this.starts)
  }

  flush(): Promise<void> {
    return this.#writer?.flush(5000) ?? Promise.resolve()
  }

  kill(): void {
    this.stage = 'gone'
    this.#writer?.close()
  }

  #assertNothingLost(source: Source): void {
    const before = this.#options.predecessor?.()
    if (before?.acknowledged === undefined) return
    const had = before.text.slice(0, before.acknowledged)
    const lives = source.text.startsWith(had) || this.#isRegenerated(source.starts, before.fence)
    assert.ok(lives, `the log had acknowledged ${had}, the claimant has ${source.text}`)
  }

  /**
   * Whether text of this fence may be missing, because the text begins with a later owner that regenerated the answer.
   */
  #isRegenerated(starts: Starts, fence: number): boolean {
    const [first = 0] = starts[0] ?? []
    return first > fence && (this.#options.restarted(first) || (this.restart && first === this.fence))
  }

  #begin(source: Source): void {
    const stored = this.#stored
    this.text = this.restart ? '' : source.text
    this.starts = [...(this.restart ? [] : source.starts), [this.fence, this.text.length]]
    this.#saved = stored.text.length
    this.#replacesSaved = stored.fence > 0 && !this.starts.some(([fence]) => fence === stored.fence)
    if (this.#replacesSaved) assert.ok(this.#isRegenerated(this.starts, stored.fence), 'stored text is lost')
    this.stage = 'writing'
    const { fence, text, starts } = this
    const fenced = (higher: number) => {
      assert.ok(higher > fence)
      this.#reread()
    }
    const log = this.#observed()
    const [runId, clock, logger] = [modelRun, systemClock, silentLogger]
    this.#writer = createLogWriter({ log, runId, fence, starts, text, fenced, clock, logger })
  }

  /** Rule (d) of the owner. The model's store never loses a claim, so a higher fence means another owner. */
  #reread(): void {
    assert.notEqual(this.#options.store.fence, this.fence, 'a live owner was fenced')
    this.kill()
  }

  #observed(): RunLog {
    const acknowledge = (answer: LogAnswer, length: number) => {
      if (answer.kind === 'ok' || answer.kind === 'repeat') this.acknowledged = length
      return answer
    }
    const log = this.handle
    return {
      seize: (...args) => log.seize(...args),
      open: async (runId, at, snapshot) =>
        acknowledge(await log.open(runId, at, snapshot), snapshot.text.length),
      append: async (runId, at, words, options) =>
        acknowledge(await log.append(runId, at, words, options), words.at + words.text.length),
      read: (...args) => log.read(...args),
      follow: (...args) => log.follow(...args),
      retire: (runId) => log.retire(runId),
      close: () => log.close(),
    }
  }
}
