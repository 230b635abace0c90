import type { EndStatus, RunError } from '../../protocol/index.ts'
import type { FailureReason } from '../../protocol/upstream-errors.ts'
import type { Clock } from '../base/index.ts'
import type { MessageMeta } from '../store/contract/chats.ts'
import type { UpstreamEvent } from '../upstream/contracts.ts'
import { requestModel } from './request-model.ts'
import type { RequestModelPorts, ModelEnd } from './request-model.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { OwnedRun } from './owned-run.ts'
import type { RunDelivery } from './run-delivery.ts'
import { TranscriptWriter } from './transcript-writer.ts'

export interface AnswerWriterPorts extends RequestModelPorts {
  clock: Clock
  delivery: Pick<RunDelivery, 'append' | 'take' | 'text'>
  /** Called with the request's position in the queue for the provider, and with null when the request is sent. */
  reportPosition: (position: number | null) => void
  /** UTF-16 units that an answer may have. */
  maxUnits: number
}

/** How an answer ended, and what is stored beside its text. */
export interface AnswerEnd {
  status: EndStatus
  meta: MessageMeta
}

type Ending = Omit<ModelEnd, 'status'> & { status: EndStatus }

const tooLong: RunError = {
  code: 'too_large',
  message: 'The answer was cut here because it reached the maximum length.',
  detail: { reason: 'answer_too_long' satisfies FailureReason },
}

/** The reason of the abort when this instance closes the request to the model. */
class RequestClosed extends Error {}

/**
 * Writes the answer of one run: requests it from the model, turns the provider's events into the transcript, and
 * decides when the answer has ended and whether it counts as an answer.
 *
 *     requesting → writing        both → stopped · too-long · abandoned, which accept no more text
 */
export class AnswerWriter {
  readonly #ports: AnswerWriterPorts
  readonly #run: OwnedRun
  readonly #transcript: TranscriptWriter
  readonly #request = new AbortController()
  /** `requesting`: no text has arrived yet, so that the request may be retried. */
  #state: 'requesting' | 'writing' | 'stopped' | 'too-long' | 'abandoned' = 'requesting'
  /** UTF-16 units that may still be written; below 0 if the text that the run began with was too long. */
  #remainingUnits: number

  constructor(ports: AnswerWriterPorts, run: OwnedRun) {
    this.#ports = ports
    this.#run = run
    this.#remainingUnits = ports.maxUnits - run.text.length
    this.#transcript = new TranscriptWriter(ports.clock, run.text)
    if (run.row.stop) this.stop()
  }

  /** Writes until the answer has ended. Undefined if it was abandoned. */
  async write(): Promise<AnswerEnd | undefined> {
    const ending = await this.#generate()
    if (!ending) return undefined
    const { delivery } = this.#ports
    const last = this.#transcript.end()
    // A stopped answer stays open, so that it can be continued from exactly this text.
    if (this.#state !== 'stopped') delivery.append(last)
    const { status, error, reason } = this.#judge(ending)
    const meta = {
      ...this.#transcript.meta,
      ...(error ? { error } : {}),
      ...(reason ? { finishReason: reason } : {}),
    }
    return { status, meta }
  }

  /** Closes the provider's connection at once and accepts no more text: the answer ends as stopped. */
  stop(): void {
    this.#close('stopped')
  }

  /** Like `stop`, but without an end of the answer, because this instance gives the run up or has lost it. */
  abandon(): void {
    this.#close('abandoned')
  }

  #close(state: 'stopped' | 'too-long' | 'abandoned'): void {
    if (!this.#open) return
    this.#state = state
    this.#request.abort(new RequestClosed())
  }

  get #open(): boolean {
    return this.#state === 'requesting' || this.#state === 'writing'
  }

  async #generate(): Promise<Ending | undefined> {
    const { row, request, takenOver, endAs } = this.#run
    if (endAs) return { status: endAs }
    try {
      return await requestModel(this.#ports, {
        modelId: row.model,
        request,
        sink: (events) => this.#takeEvents(events),
        takenOver: takenOver,
        reportPosition: this.#ports.reportPosition,
        hasBegun: () => this.#state !== 'requesting',
        signal: this.#request.signal,
      })
    } catch (error) {
      if (!(error instanceof RequestClosed)) throw error
      if (this.#state === 'stopped') return { status: 'stopped' }
      if (this.#state === 'too-long') return { status: 'done', error: tooLong }
      return undefined
    }
  }

  #takeEvents(events: UpstreamEvent[]): void | Promise<void> {
    if (!this.#open) return
    const words = this.#transcript.take(events)
    if (words === '') return
    this.#state = 'writing'
    if (words.length > this.#remainingUnits) {
      this.#ports.delivery.append(words.slice(0, Math.max(0, this.#remainingUnits)))
      this.#close('too-long')
      return
    }
    this.#remainingUnits -= words.length
    return this.#ports.delivery.take(words)
  }

  #judge(ending: Ending): Ending {
    if (ending.status !== 'done' || !ending.reason) return ending
    const hasToolCalls = this.#transcript.meta.toolCalls !== undefined
    return judgeAnswer({ reason: ending.reason, transcript: this.#ports.delivery.text, hasToolCalls })
  }
}
