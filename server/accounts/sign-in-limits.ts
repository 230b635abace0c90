import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { AppError } from '../../protocol/errors.ts'
import type { Limit, RateLimits } from '../coordination/contracts.ts'

/** Where nothing joins the instances they share these out (P7): a guesser gains nothing by an outage. */
const window = 180_000
/** Tries of one account from one address: a person who has forgotten, not a machine that guesses. */
const perPair: Limit = { rate: 15, perMs: window, burst: 15, shareOut: true }
/** Tries from one address: an office behind one address in the morning. */
const perAddress: Limit = { rate: 150, perMs: window, burst: 150, shareOut: true }
/** Accounts made from one address. */
const signUps: Limit = { rate: 15, perMs: window, burst: 15, shareOut: true }
/** Guesses at the current password by a session that somebody may have left open. */
const passwordChanges: Limit = { rate: 15, perMs: window, burst: 15, shareOut: true }

/** Counts a try to sign in; `rate_limited` when there were too many. Nobody can lock an account for other addresses. */
export async function limitSignIn(limits: RateLimits, address: string, email: string): Promise<void> {
  const from = subnet(address)
  // The narrow one first: who is refused by it uses up nothing of the others behind the same address.
  await use(limits, `sign-in:${from}:${digest(email)}`, perPair)
  await use(limits, `sign-in:${from}`, perAddress)
}

export async function limitSignUp(limits: RateLimits, address: string): Promise<void> {
  await use(limits, `sign-up:${subnet(address)}`, signUps)
}

export async function limitPasswordChange(limits: RateLimits, userId: string): Promise<void> {
  await use(limits, `password:${userId}`, passwordChanges)
}

async function use(limits: RateLimits, key: string, limit: Limit): Promise<void> {
  const { allowed, retryAfterMs } = await limits.consume(key, limit)
  if (!allowed) throw new AppError('rate_limited', { retryAfterMs })
}

/** Bounds the length of what becomes a key, and keeps addresses of people out of Redis. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** An IPv6 customer owns a /64 at least: its addresses count as one. */
export function subnet(address: string): string {
  if (!isIPv6(address)) return address
  const bare = address.split('%')[0] ?? address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  if (mapped?.[1]) return mapped[1]
  const [head = '', tail] = bare.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  // A dotted quad at the end stands for two groups.
  const length = left.length + right.length + (bare.includes('.') ? 1 : 0)
  const middle = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - length) }, () => '0')
  const groups = [...left, ...middle, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
