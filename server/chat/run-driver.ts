import { visibleText } from '../../protocol/index.ts'
import type { EndStatus } from '../../protocol/index.ts'
import { sleep, withDeadline } from '../base/index.ts'
import { createLogWriter } from '../coordination/run-log/log-writer.ts'
import type { LogWriter } from '../coordination/contracts.ts'
import type { SavePart } from '../store/contract/runs.ts'
import type { UpstreamEvent } from '../upstream/contracts.ts'
import { Abandoned, Stopped, TooLong } from './abort-reasons.ts'
import { askModel } from './ask-model.ts'
import type { ModelEnd } from './ask-model.ts'
import type { ChatContext } from './chat-context.ts'
import type { RunMoments } from './delivery-moments.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { OwnedRun } from './owned-run.ts'
import { readOwnRun } from './remembered-run.ts'
import type { RunSaver, SavableRun } from './run-saver.ts'
import { runEnd } from './run-view.ts'
import type { RunEnd, RunView } from './run-view.ts'
import { saveWhole, storeRunEnd } from './store-run-end.ts'
import type { EndingRun } from './store-run-end.ts'
import { TranscriptWriter } from './transcript-writer.ts'
import { UnsavedText } from './unsaved-text.ts'

export interface DriverHooks {
  /** The end is stored. */
  ended(driver: RunDriver, end: RunEnd): void
  /** The run is somebody else's, or gone. Its readers follow from afar. */
  lost(driver: RunDriver): void
}

type Ending = Omit<ModelEnd, 'status'> & { status: EndStatus }

/**
 * The owner's part of one run: asks the model, delivers words here, appends them to the log, has them saved, and stores
 * the end. It delivers nothing while its own heartbeat is older than a lease (rule 7), and believes only the store
 * about whose run it is (rules 1 and 9).
 */
export class RunDriver implements SavableRun, EndingRun {
  readonly id: string
  readonly run: OwnedRun
  readonly view: RunView
  readonly #context: ChatContext
  readonly #saver: RunSaver
  readonly #hooks: DriverHooks
  readonly #moments: RunMoments
  readonly #writer: LogWriter
  readonly #transcript: TranscriptWriter
  readonly #unsaved: UnsavedText
  readonly #abort = new AbortController()
  #pending = ''
  /** The next moment of delivery will come by here. */
  #gathering = false
  #confirming = false
  #begun = false
  #stopAsked: boolean
  #over = false
  #releasing = false
  #resume: (() => void)[] = []
  #checking: Promise<void> | undefined

  constructor(
    context: ChatContext,
    run: OwnedRun,
    view: RunView,
    parts: { saver: RunSaver; moments: RunMoments; hooks: DriverHooks },
  ) {
    this.#context = context
    this.id = run.row.id
    this.run = run
    this.view = view
    this.#saver = parts.saver
    this.#hooks = parts.hooks
    this.#moments = parts.moments
    const { text, saved, anew } = run
    this.#unsaved = new UnsavedText({ text, saved, anew })
    this.#stopAsked = run.row.stop
    this.#transcript = new TranscriptWriter(context.clock, run.text)
    this.#writer = createLogWriter({
      log: context.log,
      runId: this.id,
      fence: run.row.fence,
      starts: run.starts,
      text: run.text,
      fenced: () => void this.check(),
      clock: context.clock,
      logger: context.logger,
    })
  }

  get fence(): number {
    return this.run.row.fence
  }

  get anew(): boolean {
    return this.#unsaved.anew
  }

  /** Runs to the stored end. Never rejects. */
  async drive(): Promise<void> {
    this.#saver.add(this)
    if (this.#stopAsked) this.view.phase('stopping')
    try {
      await this.#finish(await this.#generate())
    } catch (error) {
      if (this.#over || this.#releasing) return
      this.#context.logger.error({ err: error, run: this.id }, 'driving a run failed')
      this.#leave()
      this.#hooks.lost(this)
    }
  }

  /** The stop column is set: closes the provider's connection at once and takes no more words. */
  stop(): void {
    if (this.#stopAsked || this.#over) return
    this.#stopAsked = true
    this.view.phase('stopping')
    this.#abort.abort(new Stopped())
  }

  /**
   * Hands the run over, for a drain: takes no more words, saves those it has, and only then gives up ownership. Without
   * a log that others can read, nothing else would keep the words that readers have seen.
   */
  async release(): Promise<boolean> {
    if (this.#over) return false
    this.#releasing = true
    this.#abort.abort(new Abandoned())
    this.#deliver()
    try {
      await withDeadline(saveWhole(this), this.#context.limits.releaseMs, 'the store')
    } catch (error) {
      // The log may have what the store lacks. Whoever takes over reads both.
      this.#context.logger.warn({ err: error, run: this.id }, 'the last words of a run could not be saved')
    }
    await this.#writer.flush(500)
    // It may have ended, or have been taken over, while it was saved.
    if (this.#over) return false
    this.#leave()
    this.#writer.close()
    const released = await this.#context.store.runs.release(
      [{ id: this.id, fence: this.fence }],
      this.#context.me,
    )
    return released.length > 0
  }

  /** This instance has taken the run over again, under a higher fence: another driver goes on with its view. */
  replace(): void {
    this.#leave()
    this.#writer.close()
  }

  /** Reads whose run it is, and does what follows. Calls while one is under way share it. */
  async check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  // ---- what the saver asks --------------------------------------------------------------------------------------

  unsaved(): SavePart | undefined {
    const part = this.#over ? undefined : this.#unsaved.part()
    return part && { ...part, id: this.id, fence: this.fence, seq: this.#writer.seq, starts: this.run.starts }
  }

  saved(part: SavePart, { stop }: { stop: boolean }): void {
    this.#unsaved.tookPart(part)
    this.#resumeProvider()
    if (stop) this.stop()
  }

  refused(): void {
    void this.check()
  }

  // ---- what storing the end asks --------------------------------------------------------------------------------

  get over(): boolean {
    return this.#over
  }

  get stopAsked(): boolean {
    return this.#stopAsked
  }

  get dirty(): boolean {
    return this.unsaved() !== undefined
  }

  async save(): Promise<void> {
    await this.#saver.saveNow()
    await this.#checking
  }

  // ---- the model ------------------------------------------------------------------------------------------------

  async #generate(): Promise<Ending> {
    if (this.run.endAs) return { status: this.run.endAs }
    if (this.#stopAsked) return { status: 'stopped' }
    try {
      return await askModel(this.#context, {
        modelId: this.run.row.model,
        request: this.run.request,
        sink: (events) => this.#take(events),
        patient: this.run.takenOver,
        place: (place) => this.view.phase(place === null ? 'running' : 'queued', place ?? undefined),
        begun: () => this.#begun,
        signal: this.#abort.signal,
      })
    } catch (error) {
      if (error instanceof Stopped) return { status: 'stopped' }
      const end = this.#abort.signal.reason
      if (end instanceof TooLong) return { status: 'done', error: end.error }
      throw error
    }
  }

  /** Until the next moment of delivery the provider's words wait unread: one look at many costs less than many looks. */
  #take(events: UpstreamEvent[]): void | Promise<void> {
    if (this.#stopAsked || this.#releasing || this.#over) return
    const words = this.#transcript.take(events)
    if (words === '') return
    this.#begun = true
    this.#pending += words
    const room = this.#context.limits.answerUnits - this.view.source.text.length - this.#pending.length
    if (room < 0) {
      this.#pending = this.#pending.slice(0, room)
      this.#abort.abort(new TooLong())
      return
    }
    this.#deliverSoon()
    return new Promise((resolve) => this.#resume.push(resolve))
  }

  #deliverSoon(): void {
    if (this.#gathering) return
    // The first words of a quiet run go at once; what comes until the next moment is gathered.
    this.#deliver()
    this.#gathering = true
    const moments = this.view.readers > 0 ? this.#moments.read : this.#moments.unread
    moments.next(() => {
      this.#gathering = false
      if (this.#over) return
      if (this.#pending !== '') this.#deliverSoon()
      if (this.#tooMuchUnsaved) this.#saver.nudge()
      else this.#resumeProvider()
    })
  }

  get #tooMuchUnsaved(): boolean {
    return this.#unsaved.length + this.#pending.length >= this.#context.limits.pauseUnits
  }

  #resumeProvider(): void {
    for (const resume of this.#resume.splice(0)) resume()
  }

  #deliver(): void {
    if (this.#pending === '' || this.#over) return
    if (this.#silent()) {
      this.#confirm()
      return
    }
    const words = this.#pending
    this.#pending = ''
    this.view.write(words, this.#writer.seq)
    this.#writer.write(words)
    this.#unsaved.add(words)
    if (this.#unsaved.length >= this.#context.limits.saveUnits) this.#saver.nudge()
  }

  #silent(): boolean {
    const { alone, membership, limits } = this.#context
    return !alone && membership.sinceAcknowledged() > limits.leaseMs
  }

  /** Rule 7: silent until a heartbeat is acknowledged again and the store has confirmed the fence. */
  #confirm(): void {
    if (this.#confirming) return
    this.#confirming = true
    void (async () => {
      while (!this.#over && this.#silent()) await sleep(100)
      await this.check()
    })()
      .catch((error) =>
        this.#context.logger.warn({ err: error, run: this.id }, 'a fence could not be confirmed'),
      )
      .finally(() => {
        this.#confirming = false
        if (this.#pending !== '') this.#deliverSoon()
      })
  }

  // ---- whose run it is ------------------------------------------------------------------------------------------

  async #check(): Promise<void> {
    const row = await readOwnRun(this.#context, this)
    if (this.#over) return
    if (!row || row.owner !== this.#context.me || row.fence !== this.fence || row.status !== 'running') {
      this.#leave()
      this.#writer.close()
      this.#hooks.lost(this)
      return
    }
    this.#unsaved.meet(row, { starts: this.run.starts, text: this.view.source.text })
    if (row.stop) this.stop()
    // A save whose answer was lost may have covered everything: then no other answer comes that could resume.
    if (!this.#gathering && !this.#tooMuchUnsaved) this.#resumeProvider()
  }

  #leave(): void {
    this.#over = true
    this.#abort.abort(new Abandoned())
    this.#saver.remove(this)
    this.#resumeProvider()
  }

  // ---- the end --------------------------------------------------------------------------------------------------

  async #finish(ending: Ending): Promise<void> {
    const last = this.#transcript.end()
    if (!this.#stopAsked) this.#pending += last
    const { status, error, reason } = this.#judge(ending)
    const wasSilent = this.#silent()
    while (this.#silent() && !this.#over) await sleep(100)
    if (wasSilent) await this.check()
    this.#deliver()
    const meta = {
      ...this.#transcript.meta,
      ...(error ? { error } : {}),
      ...(reason ? { finishReason: reason } : {}),
    }
    const stored = await storeRunEnd(this.#context, this, () => ({
      id: this.id,
      fence: this.fence,
      saved: this.#unsaved.saved,
      status,
      starts: this.run.starts,
      meta,
      said: visibleText(this.view.source.text),
    }))
    if (!stored) return
    this.#leave()
    this.#ended(runEnd({ status, length: stored.text.length, fence: this.fence }, meta))
  }

  #judge(ending: Ending): Ending {
    if (ending.status !== 'done' || !ending.reason) return ending
    const transcript = this.view.source.text + this.#pending
    const hasToolCalls = this.#transcript.meta.toolCalls !== undefined
    return judgeAnswer({ reason: ending.reason, transcript, hasToolCalls })
  }

  #ended(end: RunEnd): void {
    void this.#writer.flush(1000).then(() => {
      this.#writer.close()
      return this.#context.log.retire(this.id)
    })
    this.#hooks.ended(this, end)
  }
}
