import { describe, expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import { createMemoryRateLimits } from '../coordination/rate-limits/memory-rate-limits.ts'
import type { RateLimits } from '../coordination/contracts.ts'
import { limitSignIn, limitSignUp, subnet } from './sign-in-limits.ts'
import type { AttemptSource } from './sign-in-limits.ts'

test.each([
  ['198.51.100.7', '198.51.100.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
  ['::ffff:198.51.100.7', '198.51.100.7'],
  ['unknown', 'unknown'],
])('%s counts as %s', (address, expected) => {
  expect(subnet(address)).toBe(expected)
})

type Outcome = 'wrong' | 'limited' | 'signed in'

/** Attempts to sign in under the real limits. Time advances only in `pass`. */
class Attempts {
  #ms = 0
  readonly limits: RateLimits = createMemoryRateLimits({
    clock: { now: () => this.#ms, monotonic: () => this.#ms },
  })

  pass(ms: number): void {
    this.#ms += ms
  }

  guess(email: string, source: AttemptSource): Promise<Outcome> {
    return this.#attempt(email, source, false)
  }

  signIn(email: string, source: AttemptSource): Promise<Outcome> {
    return this.#attempt(email, source, true)
  }

  /** The number of these guesses that were rejected as wrong passwords, not as too many. */
  async answered(guesses: [email: string, source: AttemptSource][]): Promise<number> {
    let wrong = 0
    for (const [email, source] of guesses) if ((await this.guess(email, source)) === 'wrong') wrong++
    return wrong
  }

  async #attempt(email: string, source: AttemptSource, fits: boolean): Promise<Outcome> {
    try {
      const attempt = await limitSignIn(this.limits, email, source)
      if (fits) return 'signed in'
      return (await attempt.failed()) === undefined ? 'wrong' : 'limited'
    } catch (error) {
      if (error instanceof AppError && error.code === 'rate_limited') return 'limited'
      throw error
    }
  }
}

const admin = 'admin@example.com'
const nginx = '172.18.0.5'
const behindNginx = (address: string): AttemptSource => ({ address, unproven: [nginx] })
const alone: AttemptSource = { address: nginx, unproven: [nginx] }
const publicAddress = (n: number): string => `203.0.${n >> 8}.${n & 255}`
const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))

describe('S6: an address that an unproven peer claims', () => {
  test('S6: allows no additional guesses at one account', async () => {
    const own = await new Attempts().answered(many(240, () => [admin, alone]))
    expect(own).toBe(20)
    for (const claim of [publicAddress, (n: number) => `2001:db8:${n.toString(16)}::1`]) {
      const claimed = many(240, (n): [string, AttemptSource] => [admin, behindNginx(claim(n))])
      expect(await new Attempts().answered(claimed)).toBe(own)
    }
    const used = new Attempts()
    await used.answered(many(20, () => [admin, alone]))
    expect(await used.guess(admin, behindNginx('203.0.113.9'))).toBe('limited')
  })

  test('S6: allows no additional guesses at many accounts', async () => {
    const email = (n: number): string => `person-${n}@example.com`
    const own = await new Attempts().answered(many(1000, (n) => [email(n), alone]))
    expect(own).toBe(200)
    expect(await new Attempts().answered(many(1000, (n) => [email(n), behindNginx(publicAddress(n))]))).toBe(
      own,
    )
  })

  test('S6: a client behind the proxy is still counted if it claims additional hops', async () => {
    const claiming = (n: number): AttemptSource => ({
      address: publicAddress(n),
      unproven: [nginx, '192.168.1.5'],
    })
    const attempts = new Attempts()
    expect(await attempts.answered(many(240, (n) => [admin, claiming(n)]))).toBe(15)
    expect(await attempts.signIn(admin, behindNginx('192.168.1.6'))).toBe('signed in')
  })

  test('S6: each user behind a proxy has a separate limit', async () => {
    const attempts = new Attempts()
    expect(await attempts.answered(many(100, () => [admin, behindNginx('203.0.113.9')]))).toBe(15)
    expect(await attempts.signIn(admin, behindNginx('203.0.113.10'))).toBe('signed in')
    expect(await attempts.signIn('bob@example.com', behindNginx('203.0.113.9'))).toBe('signed in')
  })

  test('S6: allows no additional sign-ups', async () => {
    const made = async (source: (n: number) => AttemptSource): Promise<number> => {
      const { limits } = new Attempts()
      let count = 0
      for (let n = 0; n < 400; n++) {
        count += await limitSignUp(limits, source(n)).then(
          () => 1,
          () => 0,
        )
      }
      return count
    }
    expect(await made((n) => behindNginx(publicAddress(n)))).toBe(await made(() => alone))
    expect(await made(() => ({ address: '203.0.113.9' }))).toBe(15)
  })
})

describe('S6: 500 users behind one address', () => {
  test.each([
    ['with a public address', { address: '203.0.113.9' }],
    ['behind a proxy', behindNginx('203.0.113.9')],
    ['behind a proxy that hides them', alone],
  ])('S6: %s, all can sign in while one of them keeps guessing', async (_, source) => {
    const attempts = new Attempts()
    for (let person = 0; person < 500; person++) {
      // The worst case for the others: each guess is at another account.
      for (let guess = 0; guess < 5; guess++) {
        await attempts.guess(`guess-${person}-${guess}@example.com`, source)
        await attempts.guess(admin, source)
      }
      expect(await attempts.signIn(`person-${person}@example.com`, source)).toBe('signed in')
      attempts.pass(600)
    }
  })

  test('S6: after many failures a few attempts per account remain, and no response reveals a wrong password', async () => {
    const attempts = new Attempts()
    const source = { address: '203.0.113.9' }
    await attempts.answered(many(150, (n) => [`guess-${n}@example.com`, source]))
    expect(await attempts.guess(admin, source)).toBe('limited')
    expect(await attempts.signIn(admin, source)).toBe('signed in')
    expect(await attempts.signIn(admin, source)).toBe('signed in')
    expect(await attempts.signIn(admin, source)).toBe('limited')
  })
})

describe('S6: one account that many addresses guess at', () => {
  test('S6: is limited, except for a device that signed in before', async () => {
    const attempts = new Attempts()
    const botnet = many(1000, (n): [string, AttemptSource] => [admin, { address: publicAddress(n) }])
    expect(await attempts.answered(botnet)).toBe(60)
    expect(await attempts.signIn(admin, { address: '198.51.100.1' })).toBe('limited')
    const known = { address: '203.0.0.1', knownDevice: 'laptop' }
    expect(await attempts.signIn(admin, known)).toBe('signed in')
    expect(await attempts.answered(many(100, () => [admin, known]))).toBe(14)
    attempts.pass(12_000)
    expect(await attempts.signIn(admin, known)).toBe('signed in')
    expect(await attempts.signIn(admin, { address: '198.51.100.1' })).toBe('signed in')
  })
})
