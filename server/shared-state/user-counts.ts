import type { MessageBus, Membership } from '../coordination/contracts.ts'
import type { CountedResource, Messages } from '../messages.ts'

/** The time within which other instances must answer, ms. Later answers are not counted. */
const answerMs = 100

/** A limit below this holds exactly. A larger limit only keeps a user from overloading an instance: see `isWithin`. */
const exactBelow = 50

/** Counts the pages or the requests of each user, on this instance and on the others. */
export interface UserCount {
  /** Counts one more for the user, until the returned function is called. Calling it again has no effect. */
  add(userId: string): () => void
  /**
   * Whether the user's count on all instances, plus `more`, is at most `max`. While the bus is unreachable, only the
   * count of this instance is used. If this instance is within its share of a large limit, it does not query the
   * others, so that a user can have up to twice as many.
   */
  isWithin(userId: string, max: number, more?: number): Promise<boolean>
}

interface CountQuery {
  sum: number
  /** The number of instances that have not answered yet. */
  missing: number
  answered: () => void
}

/**
 * Each instance counts in memory and answers queries of the others, so that counts of a dead instance end with it. If
 * two instances query at the same moment, each counts the other's new entry: both may be refused, but the limit holds.
 */
export function createUserCounts(
  bus: MessageBus<Messages>,
  membership: Pick<Membership, 'self' | 'members'>,
): Record<CountedResource, UserCount> {
  const { self } = membership
  const here = { pages: new Map<string, number>(), requests: new Map<string, number>() }
  const questions = new Map<number, CountQuery>()
  let asked = 0

  bus.on('user.count.asked', 'fleet', {
    message: ({ from, of, userId, ask }) => {
      if (from === self) return
      void bus.send('user.counted', { to: from, ask, count: here[of].get(userId) ?? 0 })
    },
    gap: () => {},
  })
  bus.on('user.counted', `instance:${self}`, {
    message: ({ ask, count }) => {
      const question = questions.get(ask)
      if (!question) return
      question.sum += count
      if (--question.missing === 0) question.answered()
    },
    gap: () => {},
  })

  async function countElsewhere(of: CountedResource, userId: string): Promise<number> {
    const missing = membership.members().length - 1
    if (missing < 1) return 0
    const ask = ++asked
    const all = Promise.withResolvers<void>()
    const question = { sum: 0, missing, answered: all.resolve }
    questions.set(ask, question)
    const late = setTimeout(all.resolve, answerMs)
    if (await bus.send('user.count.asked', { from: self, of, userId, ask })) await all.promise
    clearTimeout(late)
    questions.delete(ask)
    return question.sum
  }

  const countOf = (of: CountedResource): UserCount => ({
    add(userId) {
      here[of].set(userId, (here[of].get(userId) ?? 0) + 1)
      let left = false
      return () => {
        const rest = (here[of].get(userId) ?? 0) - 1
        if (left) return
        left = true
        if (rest > 0) here[of].set(userId, rest)
        else here[of].delete(userId)
      }
    },
    async isWithin(userId, max, more = 0) {
      const sum = (here[of].get(userId) ?? 0) + more
      const share = max < exactBelow ? 0 : max / Math.max(1, membership.members().length)
      if (sum <= share) return true
      return sum <= max && sum + (await countElsewhere(of, userId)) <= max
    },
  })
  return { pages: countOf('pages'), requests: countOf('requests') }
}
