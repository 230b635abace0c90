import { AppError } from '../../protocol/index.ts'
import type { EndStatus, FinishReason, RunError } from '../../protocol/index.ts'
import { backoff, jitter, newId } from '../base/index.ts'
import type { Logger, Sleep } from '../base/index.ts'
import { StoreError } from '../store/store.ts'
import { UpstreamError } from '../upstream/contracts.ts'
import type { GenerateRequest, ModelCatalogue, ResolvedModel, UpstreamSink } from '../upstream/contracts.ts'
import type { RunAdmission } from './run-admission.ts'

export interface AskModelPorts {
  models: Pick<ModelCatalogue, 'resolve'>
  admission: Pick<RunAdmission, 'enter'>
  sleep: Sleep
  logger: Logger
}

export interface Question {
  modelId: string
  /** Made from the model, since the form of a continuation depends on it. */
  request: (model: ResolvedModel) => Promise<Omit<GenerateRequest, 'model'>>
  sink: UpstreamSink
  /** The run was taken over: a provider that is overrun or away is waited for, and never fails the run (rule 14). */
  patient: boolean
  /** Told while the question waits for its turn, and with null when it has it. */
  place: (place: number | null) => void
  /** Whether any word has come: then nothing is asked twice. */
  begun: () => boolean
  signal: AbortSignal
}

export interface ModelEnd {
  status: Exclude<EndStatus, 'stopped' | 'interrupted'>
  error?: RunError
  /** What the provider gave as the reason; absent where it did not end the answer. */
  reason?: FinishReason
}

const waitable = new Set([
  'upstream_rate_limited',
  'upstream_unreachable',
  'upstream_silent',
  'upstream_broke_off',
])

/**
 * Asks until the model has answered, the question is hopeless, or the signal aborts (then it rejects with the signal's
 * reason). One retry before the first word; a taken-over run waits as long as it takes.
 */
export async function askModel(ports: AskModelPorts, question: Question): Promise<ModelEnd> {
  const { modelId, signal } = question
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted()
    try {
      const model = await ports.models.resolve(modelId)
      if (!model) {
        if (question.patient && attempt < 20)
          await ports.sleep(backoff(attempt, { first: 250, most: 5000 }), signal)
        else return { status: 'failed', error: new AppError('unknown_model').toWire() }
        continue
      }
      const leave = await ports.admission.enter(model.connectionId, question.place, signal)
      question.place(null)
      const ended = learnBeside(ports, model, signal)
      try {
        const end = await model.generate(await question.request(model), question.sink, signal)
        return { status: 'done', reason: end.reason }
      } finally {
        leave()
        ended()
      }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof StoreError) {
        await ports.sleep(backoff(attempt, { first: 250, most: 5000 }), signal)
        continue
      }
      if (!(error instanceof UpstreamError)) return unexpected(ports, error)
      const again = waitable.has(error.code) && !question.begun() && (question.patient || attempt === 0)
      if (!again) return { status: 'failed', error: error.toRunError() }
      const wanted = error.retryAfterMs ?? backoff(attempt, { first: 500, most: 15_000 })
      // Many answers that were taken over together would all ask again at the same moment.
      const pause = question.patient ? wanted * (1 + jitter() / 2) : wanted
      // Without a takeover a person is waiting: a long pause is told to them, not slept through.
      if (!question.patient && pause > 3000) return { status: 'failed', error: error.toRunError() }
      ports.logger.info({ code: error.code, pause }, 'asking the provider again')
      await ports.sleep(pause, signal)
    }
  }
}

/** How long the question whether a model continues waits for room at its provider, ms. */
const learnWaitMs = 60_000

/**
 * Asks how the model continues: beside its answer, or behind it where the limits leave no room. Stopping the answer ends
 * that too; returns what is to be called when the answer has ended by itself.
 */
function learnBeside(ports: AskModelPorts, model: ResolvedModel, signal: AbortSignal): () => void {
  const stopped = new AbortController()
  const onAbort = (): void => stopped.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  void model.learnContinues(stopped.signal, () => {
    const until = AbortSignal.any([stopped.signal, AbortSignal.timeout(learnWaitMs)])
    return ports.admission.enter(model.connectionId, () => {}, until, { background: true })
  })
  return () => signal.removeEventListener('abort', onAbort)
}

/** The words before it stay: they are part of the chat. */
function unexpected(ports: AskModelPorts, error: unknown): ModelEnd {
  const errorId = newId()
  ports.logger.error({ err: error, errorId }, 'an answer failed unexpectedly')
  const { code, message } = new AppError('internal').toWire()
  return { status: 'failed', error: { code, message: `${message} (${errorId})` } }
}
