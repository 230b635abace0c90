import type { ToldLimit } from '../chat/index.ts'

/** The draft fields of the IETF's "RateLimit header fields for HTTP". */
export function limitFields({ limit, answer }: ToldLimit): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(Math.floor(answer.remaining)),
    'ratelimit-reset': String(Math.ceil(answer.resetMs / 1000)),
  }
}
