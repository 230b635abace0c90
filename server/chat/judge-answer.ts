import { AppError, partsOf } from '../../protocol/index.ts'
import type { FinishReason, RunError } from '../../protocol/index.ts'
import type { ModelEnd } from './request-model.ts'

/** An answer that the model ended without an error. */
export interface EndedAnswer {
  reason: FinishReason
  transcript: string
  hasToolCalls: boolean
}

/**
 * An answer is done only if it has visible text and a finish reason that is known to be good: the absence of an error
 * proves neither. An answer without text, or with reasoning only, fails as `upstream_no_answer`.
 */
export function judgeAnswer({ reason, transcript, hasToolCalls }: EndedAnswer): ModelEnd {
  const failed = (error: RunError): ModelEnd => ({ status: 'failed', error, reason })
  if (reason === 'content-filter') return failed(runErrorOf('upstream_filtered', stoppedByFilter))
  const parts = partsOf(transcript)
  if (!parts.some(({ kind, text }) => kind === 'text' && text.trim() !== '') && !hasToolCalls) {
    if (!parts.some(({ kind }) => kind === 'reasoning')) return failed(runErrorOf('upstream_no_answer'))
    return failed(
      runErrorOf('upstream_no_answer', reason === 'length' ? limitReachedWhileReasoning : onlyReasoning),
    )
  }
  if (reason === 'unknown') return failed(runErrorOf('upstream_unknown_end'))
  return { status: 'done', reason }
}

const stoppedByFilter =
  "The model provider's content filter stopped this answer. Rephrase your message and try again."
const onlyReasoning = 'The model finished thinking without writing an answer. Try again.'
const limitReachedWhileReasoning =
  'The model reached the length limit while it was still thinking, so it wrote no answer. Try again, or raise the limit.'

function runErrorOf(code: ConstructorParameters<typeof AppError>[0], message?: string): RunError {
  const wire = new AppError(code, message === undefined ? {} : { message }).toWire()
  return { code: wire.code, message: wire.message }
}
