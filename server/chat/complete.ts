import { AppError } from '../../protocol/index.ts'
import type { LimitState, Usage } from '../../protocol/index.ts'
import type { Caller } from '../accounts/caller.ts'
import { UpstreamError } from '../upstream/contracts.ts'
import type { RunAdmission } from './run-admission.ts'
import type { RunLimiter } from './run-limits.ts'
import type { GenerateEnd, ModelCatalogue, PromptMessage, UpstreamSink } from '../upstream/contracts.ts'

/** The tokens that an answer has used, as far as its provider reported them. */
export function tokensOf({ promptTokens = 0, completionTokens = 0 }: Partial<Usage>): number {
  return promptTokens + completionTokens
}

/** A request of an API client to a model. */
export interface CompletionRequest {
  caller: Caller
  /** A model's id, as `listModels` returns it. */
  model: string
  messages: PromptMessage[]
  /** Further fields of the request, which are passed to the provider unchanged. */
  params: Record<string, unknown>
  maxTokens?: number
  sink: UpstreamSink
  /** Aborted when the client disconnects: closes the provider's connection. */
  signal: AbortSignal
  /** Called with the state of the limit that counted this request, before the first event. */
  onLimit: (limit: LimitState) => void
}

/** How long an API client's request waits for a free slot, ms. After that it fails as `busy`. */
const maxWaitMs = 120_000

/**
 * Generates one answer for an API client, directly from the model: nothing is stored. It counts towards its user's
 * limits like an answer in a chat, whichever API key is used, and waits in the same queue. Aborting closes the
 * provider's connection.
 */
export async function complete(
  {
    models,
    limiter,
    admission,
  }: {
    models: Pick<ModelCatalogue, 'resolve'>
    limiter: Pick<RunLimiter, 'admitRequest' | 'spend'>
    admission: Pick<RunAdmission, 'enter'>
  },
  { caller, model: modelId, messages, params, maxTokens, sink, signal, onLimit }: CompletionRequest,
): Promise<GenerateEnd> {
  const userId = caller.user.id
  const model = await models.resolve(modelId)
  if (!model) throw new AppError('unknown_model', { field: 'model' })
  const { limit, ended } = await limiter.admitRequest(userId)
  let tokens = 0
  let releaseSlot: (() => void) | undefined
  try {
    if (limit) onLimit(limit)
    releaseSlot = await waitForSlot(admission, model.connectionId, signal)
    return await model.generate(
      { messages, params, ...(maxTokens === undefined ? {} : { maxTokens }) },
      (events) => {
        for (const event of events) if (event.kind === 'usage') tokens = tokensOf(event.usage)
        return sink(events)
      },
      signal,
    )
  } catch (error) {
    if (error instanceof UpstreamError) throw errorForClient(error, model.connectionName)
    throw error
  } finally {
    releaseSlot?.()
    ended()
    void limiter.spend(userId, tokens)
  }
}

/** Names the connection whose key was refused: otherwise the 401 would suggest that the client's own key is wrong. */
function errorForClient(error: UpstreamError, connection: string): AppError {
  const appError = error.toAppError()
  if (error.code !== 'upstream_key_refused') return appError
  const message = `This server cannot use its connection “${connection}”: ${error.message} Your own API key is valid. Ask an administrator to fix the connection.`
  return new AppError(appError.code, { message, provider: appError.provider, cause: error })
}

async function waitForSlot(
  admission: Pick<RunAdmission, 'enter'>,
  connectionId: string,
  signal: AbortSignal,
): Promise<() => void> {
  const timeout = AbortSignal.timeout(maxWaitMs)
  try {
    return await admission.enter(connectionId, () => {}, AbortSignal.any([signal, timeout]))
  } catch (error) {
    if (signal.aborted || !timeout.aborted) throw error
    throw new AppError('busy', {
      message: 'The server is already writing as many answers as allowed. Try again in a moment.',
    })
  }
}
