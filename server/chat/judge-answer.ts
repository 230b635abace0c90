import { partsOf } from '../../protocol/index.ts'
import type { FinishReason, RunError } from '../../protocol/index.ts'
import { upstreamErrors } from '../../protocol/upstream-errors.ts'
import type { FailureReason } from '../../protocol/upstream-errors.ts'
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
  if (reason === 'content-filter') return failed(runErrorOf('upstream_filtered', 'filter_stopped'))
  const parts = partsOf(transcript)
  if (!parts.some(({ kind, text }) => kind === 'text' && text.trim() !== '') && !hasToolCalls) {
    if (!parts.some(({ kind }) => kind === 'reasoning')) return failed(runErrorOf('upstream_no_answer'))
    return failed(
      runErrorOf('upstream_no_answer', reason === 'length' ? 'length_while_reasoning' : 'only_reasoning'),
    )
  }
  if (reason === 'unknown') return failed(runErrorOf('upstream_unknown_end'))
  return { status: 'done', reason }
}

const sentences = {
  filter_stopped:
    "The model provider's content filter stopped this answer. Rephrase your message and try again.",
  only_reasoning: 'The model finished thinking without writing an answer. Try again.',
  length_while_reasoning:
    'The model reached the length limit while it was still thinking, so it wrote no answer. Try again, or raise the limit.',
} satisfies Partial<Record<FailureReason, string>>

function runErrorOf(code: keyof typeof upstreamErrors, reason?: keyof typeof sentences): RunError {
  if (reason === undefined) return { code, message: upstreamErrors[code].message }
  return { code, message: sentences[reason], detail: { reason } }
}
