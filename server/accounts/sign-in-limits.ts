import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { AppError } from '../../protocol/errors.ts'
import type { Limit, RateLimits } from '../coordination/contracts.ts'

/** Where nothing joins the instances they share these out (P7): a guesser gains nothing by an outage. */
const window = 180_000
const inWindow = (attempts: number): Limit => ({
  rate: attempts,
  perMs: window,
  burst: attempts,
  shareOut: true,
})

/** What one source of attempts may do in three minutes. */
interface SourceLimits {
  /** Names the kind of source in the limit's key. */
  kind: string
  /** Attempts on one account: a person who has forgotten a password, not a machine that guesses. */
  perAccount: Limit
  /** Failed attempts on all accounts together. Successful ones cost nothing: an office may share one address. */
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
 * A peer in a private network that may be a proxy: everybody behind it counts, so that claiming another address with
 * each attempt gains nothing. A little more than one address may do, so that one guesser leaves something to the others.
 */
const peerLimits: SourceLimits = {
  kind: 'by',
  perAccount: inWindow(20),
  failures: inWindow(200),
  perAccountAfterFailures: inWindow(6),
}
/** Attempts on one account from everywhere. */
const perAccountEverywhere = inWindow(60)
/** Attempts on one account by a device that has signed in to it before, whatever others do. */
const perKnownDevice = inWindow(15)
/** Accounts made from one address; by a peer that may be a proxy. */
const signUpsFrom = inWindow(15)
const signUpsBy = inWindow(300)
/** Guesses at the current password by a session that somebody may have left open. */
const passwordChanges = inWindow(15)

/** Where an attempt comes from. */
export interface AttemptSource {
  address: string
  /** See `RequestMeta`. */
  unproven?: readonly string[] | undefined
  /** Names a device that has signed in to this account before. */
  knownDevice?: string | undefined
}

/** An attempt that may go on to the password. */
export interface SignInAttempt {
  /** Counts a wrong password. The error to answer with when its source had too many, undefined otherwise. */
  failed(): Promise<AppError | undefined>
}

/**
 * Counts an attempt to sign in; throws `rate_limited` when there were too many. Narrow limits come first, so that an
 * attempt that they refuse uses up nothing that others share. After many failures a source is slowed down, not shut
 * out: others behind the same address still sign in.
 */
export async function limitSignIn(
  limits: RateLimits,
  email: string,
  source: AttemptSource,
): Promise<SignInAttempt> {
  const account = digest(email)
  if (source.knownDevice !== undefined) {
    await use(limits, `sign-in:device:${source.knownDevice}:${account}`, perKnownDevice)
    return { failed: () => Promise.resolve(undefined) }
  }
  const sources = sourcesOf(source)
  for (const { name, kind, perAccount } of sources) {
    await use(limits, `sign-in:${kind}:${name}:${account}`, perAccount)
  }
  const suspects: typeof sources = []
  for (const each of sources) {
    if ((await limits.consume(failuresKey(each), each.failures, 0)).remaining > 0) continue
    suspects.push(each)
    await use(limits, `sign-in:slow:${each.kind}:${each.name}:${account}`, each.perAccountAfterFailures)
  }
  await use(limits, `sign-in:${account}`, perAccountEverywhere)
  return {
    async failed() {
      if (suspects.length > 0) return tooManyFailures()
      for (const each of sources) await limits.consume(failuresKey(each), each.failures)
      return undefined
    },
  }
}

/** Counts an account that is being made; throws `rate_limited`. */
export async function limitSignUp(limits: RateLimits, source: AttemptSource): Promise<void> {
  for (const { kind, name } of sourcesOf(source)) {
    await use(limits, `sign-up:${kind}:${name}`, kind === peerLimits.kind ? signUpsBy : signUpsFrom)
  }
}

/** The address that is claimed, hops in between, and last the peer that all of them came through. */
function sourcesOf({ address, unproven = [] }: AttemptSource): (SourceLimits & { name: string })[] {
  const [peer, ...hops] = unproven
  const names = new Set([address, ...hops].map(subnet))
  if (peer !== undefined) names.delete(subnet(peer))
  return [
    ...[...names].map((name) => ({ ...addressLimits, name })),
    ...(peer === undefined ? [] : [{ ...peerLimits, name: subnet(peer) }]),
  ]
}

/** For turns at the password: the hops nearest first, then a wide network, the address and the account. */
export function groupsOf({ address, unproven = [] }: AttemptSource, email: string): string[] {
  const hops = unproven.map(subnet).filter((hop) => hop !== subnet(address))
  return [...hops, wideSubnet(address), subnet(address), digest(email)]
}

/** Somebody with many addresses often has neighbouring ones: IPv4 by /24, IPv6 by /48. */
function wideSubnet(address: string): string {
  const narrow = subnet(address)
  return narrow.includes(':') ? narrow.split(':').slice(0, 3).join(':') : narrow.replace(/\.\d+$/, '')
}

function failuresKey({ kind, name }: { kind: string; name: string }): string {
  return `sign-in:failed:${kind}:${name}`
}

/** Whether the password was right is not told: what such a source learns is only when it may try again. */
function tooManyFailures(): AppError {
  return new AppError('rate_limited', {
    retryAfterMs: 60_000,
    message:
      'Many sign-ins from your network failed, so they are limited now. Check email and password, or try again in a few minutes.',
  })
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
