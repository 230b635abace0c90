import { AppError } from '../../protocol/index.ts'
import type { UserCount } from './user-counts.ts'

/** Which pages of a user are open, here and elsewhere. */
export interface Presence {
  /**
   * Counts a page of the user until the function that it answers is called, once. Rejects with `rate_limited` where `max`
   * are open already; null is no limit.
   */
  enter(userId: string, max: number | null): Promise<() => void>
}

/** A page that is refused comes again by itself. */
export function createPresence(pages: UserCount): Presence {
  return {
    async enter(userId, max) {
      const leave = pages.add(userId)
      if (max === null || (await pages.fits(userId, max))) return leave
      leave()
      const message = `You have ${max} pages open already: close one of them.`
      throw new AppError('rate_limited', { message, retryAfterMs: 10_000 })
    },
  }
}
