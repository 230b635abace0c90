import { AppError } from '../../protocol/index.ts'
import type { EndStatus, FinishReason, RunError } from '../../protocol/index.ts'
import type { FailureReason } from '../../protocol/upstream-errors.ts'
import { backoff, jitter, newId } from '../base/index.ts'
import type { Logger, Sleep } from '../base/index.ts'
import { StoreError } from '../store/store.ts'
import { UpstreamError } from '../upstream/contracts.ts'
import type { GenerateRequest, ModelCatalogue, ResolvedModel, UpstreamSink } from '../upstream/contracts.ts'
import type { RunAdmission } from './run-admission.ts'

export interface RequestModelPorts {
  models: Pick<ModelCatalogue, 'resolve'>
  admission: Pick<RunAdmission, 'enter'>
  sleep: Sleep
  logger: Logger
}

export interface ModelRequest {
  modelId: string
  /** Builds the request for the model, since the form of a continuation depends on the model. */
  request: (model: ResolvedModel) => Promise<Omit<GenerateRequest, 'model'>>
  sink: UpstreamSink
  /** The run was taken over: an overloaded or unreachable provider is waited for, and never fails the run (rule 14). */
  takenOver: boolean
  /** Called with the position in the queue while the request waits, and with null when it is sent. */
  reportPosition: (position: number | null) => void
  /** Whether any text has arrived: then the request is not retried. */
  hasBegun: () => boolean
  signal: AbortSignal
}

export interface ModelEnd {
  status: Exclude<EndStatus, 'stopped' | 'interrupted'>
  error?: RunError
  /** The reason that the provider gave; absent if the provider did not end the answer. */
  reason?: FinishReason
}

const retryableCodes = new Set([
  'upstream_rate_limited',
  'upstream_unreachable',
  'upstream_silent',
  'upstream_broke_off',
])

/**
 * Requests an answer until the model has answered, the request cannot succeed, or the signal aborts (then it rejects
 * with the signal's reason). A provider's failure before the first text is retried: once, or without limit for a
 * taken-over run.
 */
export async function requestModel(ports: RequestModelPorts, modelRequest: ModelRequest): Promise<ModelEnd> {
  const { modelId, signal } = modelRequest
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted()
    try {
      const model = await ports.models.resolve(modelId)
      if (!model) {
        if (modelRequest.takenOver && attempt < 20)
          await ports.sleep(backoff(attempt, { initialMs: 250, maxMs: 5000 }), signal)
        else return { status: 'failed', error: new AppError('unknown_model').toWire() }
        continue
      }
      const releaseSlot = await ports.admission.enter(model.connectionId, modelRequest.reportPosition, signal)
      modelRequest.reportPosition(null)
      const detachProbe = probeInBackground(ports, model, signal)
      try {
        const end = await model.generate(await modelRequest.request(model), modelRequest.sink, signal)
        return { status: 'done', reason: end.reason }
      } finally {
        releaseSlot()
        detachProbe()
      }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof StoreError) {
        await ports.sleep(backoff(attempt, { initialMs: 250, maxMs: 5000 }), signal)
        continue
      }
      if (!(error instanceof UpstreamError)) return failUnexpectedly(ports, error)
      const shouldRetry =
        retryableCodes.has(error.code) &&
        !modelRequest.hasBegun() &&
        (modelRequest.takenOver || attempt === 0)
      if (!shouldRetry) return { status: 'failed', error: error.toRunError() }
      const basePauseMs = error.retryAfterMs ?? backoff(attempt, { initialMs: 500, maxMs: 15_000 })
      // Jitter: otherwise all answers that were taken over at once would be retried at the same moment.
      const pauseMs = modelRequest.takenOver ? basePauseMs * (1 + jitter() / 2) : basePauseMs
      // Without a takeover the user is waiting: they get the error at once instead of a long pause.
      if (!modelRequest.takenOver && pauseMs > 3000) return { status: 'failed', error: error.toRunError() }
      ports.logger.info({ code: error.code, pause: pauseMs }, 'retrying the request to the provider')
      await ports.sleep(pauseMs, signal)
    }
  }
}

/** How long the test whether a model continues a text waits for a free slot at its provider, ms. */
const probeSlotTimeoutMs = 60_000

/**
 * Tests how the model continues a text: during its answer, or after it if the limits leave no free slot. Stopping the
 * answer stops the test too; call the returned function when the answer has ended by itself.
 */
function probeInBackground(ports: RequestModelPorts, model: ResolvedModel, signal: AbortSignal): () => void {
  const stopped = new AbortController()
  const onAbort = (): void => stopped.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  void model.probeContinuation(stopped.signal, () => {
    const until = AbortSignal.any([stopped.signal, AbortSignal.timeout(probeSlotTimeoutMs)])
    return ports.admission.enter(model.connectionId, () => {}, until, { background: true })
  })
  return () => signal.removeEventListener('abort', onAbort)
}

/** Ends the answer as failed. The text that was already written stays part of the chat. */
function failUnexpectedly(ports: RequestModelPorts, error: unknown): ModelEnd {
  const errorId = newId()
  ports.logger.error({ err: error, errorId }, 'an answer failed unexpectedly')
  const { code, message } = new AppError('internal').toWire()
  const detail = { reason: 'internal' satisfies FailureReason, errorId }
  return { status: 'failed', error: { code, message: `${message} (${errorId})`, detail } }
}
