import { AppError } from '../../protocol/index.ts'
import type { LimitState, Usage } from '../../protocol/index.ts'
import type { Caller } from '../accounts/caller.ts'
import { UpstreamError } from '../upstream/contracts.ts'
import type { RunAdmission } from './run-admission.ts'
import type { RunLimiter } from './run-limits.ts'
import type { GenerateEnd, ModelCatalogue, PromptMessage, UpstreamSink } from '../upstream/contracts.ts'

/** What an answer has cost, as far as its provider has counted. */
export function tokensOf({ promptTokens = 0, completionTokens = 0 }: Partial<Usage>): number {
  return promptTokens + completionTokens
}

/** What a program asks of a model. */
export interface CompletionRequest {
  caller: Caller
  /** A model's id as `listModels` names it. */
  model: string
  messages: PromptMessage[]
  /** Further fields of the request, for the provider, as they came. */
  params: Record<string, unknown>
  maxTokens?: number
  sink: UpstreamSink
  /** The client has gone: close the provider's connection. */
  signal: AbortSignal
  /** Hears of the limit that counted this request, before the first event. */
  told: (limit: LimitState) => void
}

/** A program's request waits this long for its turn, ms: then it is told to try again. */
const mostWaitMs = 120_000

/**
 * One answer for a program, straight from the model: nothing is stored. It counts for its user's limits as an answer in
 * a chat does, whichever key asks, and waits for its turn among them. Aborting closes the provider's connection.
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
  { caller, model: modelId, messages, params, maxTokens, sink, signal, told }: CompletionRequest,
): Promise<GenerateEnd> {
  const userId = caller.user.id
  const model = await models.resolve(modelId)
  if (!model) throw new AppError('unknown_model', { field: 'model' })
  const { limit, ended } = await limiter.admitRequest(userId)
  let tokens = 0
  let leave: (() => void) | undefined
  try {
    if (limit) told(limit)
    leave = await waitForTurn(admission, model.connectionId, signal)
    return await model.generate(
      { messages, params, ...(maxTokens === undefined ? {} : { maxTokens }) },
      (events) => {
        for (const event of events) if (event.kind === 'usage') tokens = tokensOf(event.usage)
        return sink(events)
      },
      signal,
    )
  } catch (error) {
    if (error instanceof UpstreamError) throw toldToProgram(error, model.connectionName)
    throw error
  } finally {
    leave?.()
    ended()
    void limiter.spend(userId, tokens)
  }
}

/** A program takes 401 for a fault of its own key unless it is told whose key was refused. */
function toldToProgram(error: UpstreamError, connection: string): AppError {
  const told = error.toAppError()
  if (error.code !== 'upstream_key_refused') return told
  const message = `The connection “${connection}” of this server cannot be used: ${error.message} Your own API key is valid; an administrator has to repair the connection.`
  return new AppError(told.code, { message, provider: told.provider, cause: error })
}

async function waitForTurn(
  admission: Pick<RunAdmission, 'enter'>,
  connectionId: string,
  signal: AbortSignal,
): Promise<() => void> {
  const late = AbortSignal.timeout(mostWaitMs)
  try {
    return await admission.enter(connectionId, () => {}, AbortSignal.any([signal, late]))
  } catch (error) {
    if (signal.aborted || !late.aborted) throw error
    throw new AppError('busy', {
      message: 'As many answers are being written as allowed. Try again in a moment.',
    })
  }
}
