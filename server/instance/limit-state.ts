import type { LimitState } from '../../protocol/index.ts'
import type { ToldLimit } from '../chat/index.ts'

/** A limit as the headers of an answer name it. */
export function limitState({ limit, answer: { remaining, resetMs } }: ToldLimit): LimitState {
  return { of: 'requests', limit, remaining, resetMs }
}
