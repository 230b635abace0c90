import type { LimitState } from '../../protocol/index.ts'

/** A limit in the headers that OpenAI's SDKs read. */
export function sdkLimitHeaders({ of, limit, remaining, resetMs }: LimitState): Record<string, string> {
  return {
    [`x-ratelimit-limit-${of}`]: String(limit),
    [`x-ratelimit-remaining-${of}`]: String(Math.max(0, Math.floor(remaining))),
    [`x-ratelimit-reset-${of}`]: `${Math.ceil(resetMs / 1000)}s`,
  }
}
