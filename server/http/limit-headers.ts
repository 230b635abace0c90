import type { LimitState } from '../../protocol/index.ts'

/** The header fields of the IETF draft "RateLimit header fields for HTTP". */
export function limitHeaders({ limit, remaining, resetMs }: LimitState): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(Math.max(0, Math.floor(remaining))),
    'ratelimit-reset': String(Math.ceil(resetMs / 1000)),
  }
}
