import type { MessageBus, Membership } from '../coordination/contracts.ts'
import type { CountedThing, Messages } from '../messages.ts'

/** How long the others have to answer, ms. Who answers later is not counted. */
const answerMs = 100

/** A limit below this holds exactly. A larger one only keeps one user from using up an instance: see `fits`. */
const exactBelow = 50

/** How many things of one kind each user has, on this instance and on the others. */
export interface UserCount {
  /** Counts one of the user's until the returned function is called; further calls of it do nothing. */
  add(userId: string): () => void
  /**
   * Whether the user's things on all instances, and `more` that are known otherwise, are at most `max`. On this instance
   * alone while the bus is away. The others are not asked while this instance stays within its share of a large limit: a
   * user can then have up to twice as many.
   */
  fits(userId: string, max: number, more?: number): Promise<boolean>
}

interface Question {
  sum: number
  /** Instances that have not answered yet. */
  missing: number
  answered: () => void
}

/**
 * Nothing is stored: each instance counts what it has and tells who asks, so that what a dead instance had is not counted.
 * Two that ask at the same moment count each other: rather one too many is refused than let in.
 */
export function createUserCounts(
  bus: MessageBus<Messages>,
  membership: Pick<Membership, 'self' | 'members'>,
): Record<CountedThing, UserCount> {
  const { self } = membership
  const here = { pages: new Map<string, number>(), requests: new Map<string, number>() }
  const questions = new Map<number, Question>()
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

  async function countElsewhere(of: CountedThing, userId: string): Promise<number> {
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

  const countOf = (of: CountedThing): UserCount => ({
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
    async fits(userId, max, more = 0) {
      const sum = (here[of].get(userId) ?? 0) + more
      const share = max < exactBelow ? 0 : max / Math.max(1, membership.members().length)
      if (sum <= share) return true
      return sum <= max && sum + (await countElsewhere(of, userId)) <= max
    },
  })
  return { pages: countOf('pages'), requests: countOf('requests') }
}
