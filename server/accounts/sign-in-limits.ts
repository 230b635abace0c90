import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { AppError } from '../../protocol/errors.ts'
import type { Limit, RateLimits } from '../coordination/contracts.ts'

/**
 * While the instances cannot coordinate, each gets an equal share of these limits (P7), so an outage allows no more
 * guesses.
 */
const windowMs = 180_000
const inWindow = (attempts: number): Limit => ({
  rate: attempts,
  perMs: windowMs,
  burst: attempts,
  splitAmongMembers: true,
})

/** The limits of one source of attempts in three minutes. */
interface SourceLimits {
  /** The kind of source, as part of the limit's key. */
  kind: string
  /** Attempts on one account: enough for a user who has forgotten the password, too few for a program that guesses. */
  perAccount: Limit
  /**
   * Failed attempts on all accounts in total. Successful ones do not count, because an office may share one address.
   */
  failures: Limit
  /** Attempts on one account by a source with too many failures. */
  perAccountAfterFailures: Limit
}

const addressLimits: SourceLimits = {
  kind: 'from',
  perAccount: inWindow(15),
  failures: inWindow(150),
  perAccountAfterFailures: inWindow(3),
}
/**
 * A peer in a private network that may be a proxy. All clients behind it count together, so that claiming a different
 * address with each attempt gains nothing. Its limits are slightly higher than those of one address, so that one client
 * cannot use them up.
 */
const peerLimits: SourceLimits = {
  kind: 'by',
  perAccount: inWindow(20),
  failures: inWindow(200),
  perAccountAfterFailures: inWindow(6),
}
/** Attempts on one account from everywhere. */
const perAccountEverywhere = inWindow(60)
/** Attempts on one account by a device that has signed in to it before. The attempts of other clients do not count. */
const perKnownDevice = inWindow(15)
/** Accounts created from one address, and through one peer that may be a proxy. */
const signUpsPerAddress = inWindow(15)
const signUpsPerPeer = inWindow(300)
/** Attempts to change a password. Each one can be a guess at the current password in a session that was left open. */
const passwordChanges = inWindow(15)

/** The source of an attempt. */
export interface AttemptSource {
  address: string
  /** The addresses of hops that forwarded the request and are not configured as proxies; see `RequestMeta`. */
  unproven?: readonly string[] | undefined
  /** The name of a device that has signed in to this account before. */
  knownDevice?: string | undefined
}

/** An attempt that is within the limits, so its password may be checked. */
export interface SignInAttempt {
  /**
   * Counts a wrong password. Returns the error to respond with if the source had too many failures, otherwise
   * undefined.
   */
  failed(): Promise<AppError | undefined>
}

/**
 * Counts an attempt to sign in, and throws `rate_limited` if there were too many. Narrow limits are checked first, so
 * that an attempt that they reject does not use up a limit shared with others. After many failures a source is slowed
 * down instead of blocked, so that other users behind the same address can still sign in.
 */
export async function limitSignIn(
  limits: RateLimits,
  email: string,
  source: AttemptSource,
): Promise<SignInAttempt> {
  const account = digest(email)
  if (source.knownDevice !== undefined) {
    await consumeOrThrow(limits, `sign-in:device:${source.knownDevice}:${account}`, perKnownDevice)
    return { failed: () => Promise.resolve(undefined) }
  }
  const sources = sourcesOf(source)
  for (const { name, kind, perAccount } of sources) {
    await consumeOrThrow(limits, `sign-in:${kind}:${name}:${account}`, perAccount)
  }
  const suspects: typeof sources = []
  for (const each of sources) {
    if ((await limits.consume(failuresKey(each), each.failures, 0)).remaining > 0) continue
    suspects.push(each)
    await consumeOrThrow(
      limits,
      `sign-in:slow:${each.kind}:${each.name}:${account}`,
      each.perAccountAfterFailures,
    )
  }
  await consumeOrThrow(limits, `sign-in:${account}`, perAccountEverywhere)
  return {
    async failed() {
      if (suspects.length > 0) return tooManyFailures()
      for (const each of sources) await limits.consume(failuresKey(each), each.failures)
      return undefined
    },
  }
}

/** Counts an attempt to sign up. Throws `rate_limited` if there were too many. */
export async function limitSignUp(limits: RateLimits, source: AttemptSource): Promise<void> {
  for (const { kind, name } of sourcesOf(source)) {
    await consumeOrThrow(
      limits,
      `sign-up:${kind}:${name}`,
      kind === peerLimits.kind ? signUpsPerPeer : signUpsPerAddress,
    )
  }
}

/** The claimed address, the hops in between, and last the peer that forwarded the request. */
function sourcesOf({ address, unproven = [] }: AttemptSource): (SourceLimits & { name: string })[] {
  const [peer, ...hops] = unproven
  const names = new Set([address, ...hops].map(subnet))
  if (peer !== undefined) names.delete(subnet(peer))
  return [
    ...[...names].map((name) => ({ ...addressLimits, name })),
    ...(peer === undefined ? [] : [{ ...peerLimits, name: subnet(peer) }]),
  ]
}

/** The groups of an attempt for the queue of password hashes: nearest hop first, then network, address and account. */
export function queueGroupsOf({ address, unproven = [] }: AttemptSource, email: string): string[] {
  const hops = unproven.map(subnet).filter((hop) => hop !== subnet(address))
  return [...hops, wideSubnet(address), subnet(address), digest(email)]
}

/** The IPv4 /24 or IPv6 /48 of an address, because a client with many addresses often has neighbouring ones. */
function wideSubnet(address: string): string {
  const narrow = subnet(address)
  return narrow.includes(':') ? narrow.split(':').slice(0, 3).join(':') : narrow.replace(/\.\d+$/, '')
}

function failuresKey({ kind, name }: { kind: string; name: string }): string {
  return `sign-in:failed:${kind}:${name}`
}

/** The message does not reveal whether the password was right, only when the client may retry. */
function tooManyFailures(): AppError {
  return new AppError('rate_limited', {
    retryAfterMs: 60_000,
    message:
      'Too many sign-ins from your network have failed. Check your email address and password, and try again in a few minutes.',
  })
}

export async function limitPasswordChange(limits: RateLimits, userId: string): Promise<void> {
  await consumeOrThrow(limits, `password:${userId}`, passwordChanges)
}

async function consumeOrThrow(limits: RateLimits, key: string, limit: Limit): Promise<void> {
  const { allowed, retryAfterMs } = await limits.consume(key, limit)
  if (!allowed) throw new AppError('rate_limited', { retryAfterMs })
}

/** Limits the length of the keys, and keeps users' email addresses out of Redis. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** The address, or its /64 for IPv6: a customer has at least a /64, so its addresses count as one. */
export function subnet(address: string): string {
  if (!isIPv6(address)) return address
  const bare = address.split('%')[0] ?? address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  if (mapped?.[1]) return mapped[1]
  const [head = '', tail] = bare.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  // A dotted IPv4 address at the end stands for two groups.
  const length = left.length + right.length + (bare.includes('.') ? 1 : 0)
  const middle = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - length) }, () => '0')
  const groups = [...left, ...middle, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
