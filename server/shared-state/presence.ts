import { AppError } from '../../protocol/index.ts'
import type { UserCount } from './user-counts.ts'

/** Limits the open pages of each user on all instances. */
export interface Presence {
  /**
   * Counts a page of the user until the returned function is called. Rejects with `rate_limited` if the user already
   * has `max` pages open; null means no limit.
   */
  enter(userId: string, max: number | null): Promise<() => void>
}

/** A page that is refused retries by itself. */
export function createPresence(pages: UserCount): Presence {
  return {
    async enter(userId, max) {
      const leave = pages.add(userId)
      if (max === null || (await pages.isWithin(userId, max))) return leave
      leave()
      const message = `You already have ${max} tabs open. Close one of them.`
      throw new AppError('rate_limited', { message, retryAfterMs: 10_000 })
    },
  }
}
