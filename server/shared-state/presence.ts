import { AppError } from '../../protocol/index.ts'
import { sleep } from '../base/index.ts'
import type { MessageBus, Membership } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'

/** How long the others have to say how many pages of a user they hold, ms. Who says it later is not counted. */
const answerMs = 100

/** A limit below this holds to the page. A larger one is a fence: see `enter`. */
const exactBelow = 50

/** Which pages of a user are open, here and elsewhere. */
export interface Presence {
  /**
   * Counts a page of the user until the function that it answers is called, once. Rejects with `rate_limited` where `most`
   * are open on all instances together; on this one alone while the bus is away. Nobody is asked, and nobody waits, without a
   * limit, and up to this instance's share of a large one: a user can then have up to twice as many pages open.
   */
  enter(userId: string, most: number | null): Promise<() => void>
}

interface Here {
  pages: number
  leave: () => void
}

/**
 * Nothing is stored, and nobody tells without being asked: an instance that has died has no pages. Pages that come at
 * the same moment see each other, so that rather one too many is refused than welcomed; it comes again by itself.
 */
export function createPresence(
  bus: MessageBus<Messages>,
  membership: Pick<Membership, 'self' | 'members'>,
): Presence {
  const { self } = membership
  const users = new Map<string, Here>()
  const asked = new Map<number, number>()
  let asks = 0

  bus.on('pages.counted', `instance:${self}`, {
    message: ({ ask, pages }) => {
      const sum = asked.get(ask)
      if (sum !== undefined) asked.set(ask, sum + pages)
    },
    gap: () => {},
  })

  function listen(userId: string): () => void {
    const subscription = bus.on('pages.asked', `user:${userId}`, {
      message: ({ from, ask }) => {
        const pages = users.get(userId)?.pages ?? 0
        if (from !== self && pages > 0) void bus.send('pages.counted', { to: from, ask, pages })
      },
      gap: () => {},
    })
    return () => subscription.close()
  }

  async function countElsewhere(userId: string): Promise<number> {
    if (membership.members().length < 2) return 0
    const ask = ++asks
    asked.set(ask, 0)
    if (await bus.send('pages.asked', { from: self, userId, ask })) await sleep(answerMs)
    const sum = asked.get(ask) ?? 0
    asked.delete(ask)
    return sum
  }

  return {
    async enter(userId, most) {
      const here = users.get(userId) ?? { pages: 0, leave: listen(userId) }
      users.set(userId, here)
      here.pages++
      const leave = (): void => {
        here.pages--
        if (here.pages > 0) return
        users.delete(userId)
        here.leave()
      }
      if (most === null) return leave
      const share = most < exactBelow ? 0 : most / Math.max(1, membership.members().length)
      if (here.pages <= share) return leave
      if (here.pages <= most && here.pages + (await countElsewhere(userId)) <= most) return leave
      leave()
      const message = `You have ${most} pages open already: close one of them.`
      throw new AppError('rate_limited', { message, retryAfterMs: 10_000 })
    },
  }
}
