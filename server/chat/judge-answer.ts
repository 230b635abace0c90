import { AppError, partsOf } from '../../protocol/index.ts'
import type { FinishReason, RunError } from '../../protocol/index.ts'
import type { ModelEnd } from './ask-model.ts'

/** An answer whose model ended without an error. */
export interface EndedAnswer {
  reason: FinishReason
  transcript: string
  hasToolCalls: boolean
}

/**
 * An answer is done only if it has words and a known good end: the absence of an error proves neither. One that has no
 * words, or only thoughts, is reported as no answer.
 */
export function judgeAnswer({ reason, transcript, hasToolCalls }: EndedAnswer): ModelEnd {
  const failed = (error: RunError): ModelEnd => ({ status: 'failed', error, reason })
  if (reason === 'content-filter') return failed(sentence('upstream_filtered', filtered))
  const parts = partsOf(transcript)
  if (!parts.some(({ kind, text }) => kind === 'text' && text.trim() !== '') && !hasToolCalls) {
    if (!parts.some(({ kind }) => kind === 'reasoning')) return failed(sentence('upstream_no_answer'))
    return failed(sentence('upstream_no_answer', reason === 'length' ? onlyThoughtToTheLimit : onlyThought))
  }
  if (reason === 'unknown') return failed(sentence('upstream_unknown_end'))
  return { status: 'done', reason }
}

const filtered = "The model provider's content filter ended this answer."
const onlyThought = 'No answer came from the model: it ended after its thoughts.'
const onlyThoughtToTheLimit =
  'No answer came from the model: the length limit was reached while it was still thinking.'

function sentence(code: ConstructorParameters<typeof AppError>[0], message?: string): RunError {
  const wire = new AppError(code, message === undefined ? {} : { message }).toWire()
  return { code: wire.code, message: wire.message }
}
