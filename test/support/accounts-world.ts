import { onTestFinished } from 'vitest'
import { silentLogger } from '../../server/base/index.ts'
import type { Clock } from '../../server/base/index.ts'
import { createMemoryRateLimits } from '../../server/coordination/rate-limits/memory-rate-limits.ts'
import type { Store } from '../../server/store/index.ts'
import { StoreError } from '../../server/store/index.ts'
import type { RequestMeta } from '../../server/use-case.ts'
import type { Caller } from '../../server/accounts/caller.ts'
import type { AccountsConfig } from '../../server/accounts/context.ts'
import { createAccounts } from '../../server/accounts/create-accounts.ts'
import type { Accounts } from '../../server/accounts/create-accounts.ts'
import { createSessionCookies } from '../../server/accounts/session-cookies.ts'
import { createPasswordHasher } from '../../server/accounts/password-hasher.ts'
import type { PasswordHasher } from '../../server/accounts/password-hasher.ts'

/** Opens an empty store, which is closed at the end of the test. */
export type OpenStore = (clock: Clock) => Promise<Store>

export const password = 'correct horse battery'
export const day = 86_400_000

/** A clock that only the test advances. It starts at the current time, because the database has its own clock. */
class TestClock implements Clock {
  #ms = Date.now()
  now(): number {
    return this.#ms
  }
  monotonic(): number {
    return this.#ms
  }
  advance(ms: number): void {
    this.#ms += ms
  }
}

/** A request, and the `Set-Cookie` lines of its response. */
export function meta(changes: Partial<RequestMeta> = {}): RequestMeta & { setCookie: string[] } {
  const setCookie: string[] = []
  return {
    setCookie,
    setCookies: (lines) => void setCookie.push(...lines),
    reportLimit: () => {},
    address: '198.51.100.7',
    unproven: [],
    secure: false,
    https: false,
    cookies: '',
    local: true,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    signal: new AbortController().signal,
    ...changes,
  }
}

/** The lowest cost of argon2, so that tests can compute many hashes. */
const minCost = { memory: 8, passes: 1, parallelism: 1 }

/** Records all calls to the store's verbs as `group.verb`, in order, and can make a verb fail or wait. */
interface Tap {
  calls: string[]
  /** Runs after the real verb has returned and before its caller gets the result. */
  after: Map<string, () => Promise<void>>
  /** Verbs that reject as if the database were unreachable. */
  away: Set<string>
}

/** The use cases with default values for input and request. */
type ShortUseCases = {
  [Name in keyof Accounts['useCases']]: (
    caller: Parameters<Accounts['useCases'][Name]>[0],
    input?: Parameters<Accounts['useCases'][Name]>[1],
    meta?: RequestMeta,
  ) => ReturnType<Accounts['useCases'][Name]>
}

type TestAccounts = Omit<Accounts, 'useCases'> & { useCases: ShortUseCases }

function shortened(accounts: Accounts): TestAccounts {
  const entries = Object.entries(accounts.useCases).map(([name, useCase]) => [
    name,
    (caller: never, input: never = {} as never, given = meta()) => useCase(caller, input, given),
  ])
  return { ...accounts, useCases: Object.fromEntries(entries) as ShortUseCases }
}

export interface World {
  accounts: TestAccounts
  store: Store
  clock: TestClock
  tap: Tap
  announced: string[]
  /** The password comparisons: with a stored hash, or with the decoy. */
  compared: ('stored' | 'decoy')[]
  signUp(name: string): Promise<{ token: string; caller: Caller }>
  signIn(name: string, changes?: Partial<RequestMeta>): Promise<string>
  caller(token: string): Promise<Caller>
  /** The `Cookie` header of a browser with this token. */
  cookieOf(token: string): string
  /** Creates another instance on the same store. It reads revocations only when `readRevocations` is called. */
  addInstance(): Promise<{ accounts: TestAccounts; readRevocations(): Promise<void> }>
}

/** The accounts of one instance on a real store, with open sign-up. */
export async function openWorld(openStore: OpenStore, changes: Partial<AccountsConfig> = {}): Promise<World> {
  const real = createPasswordHasher({ cost: minCost })
  const clock = new TestClock()
  const store = await openStore(clock)
  const tap: Tap = { calls: [], after: new Map(), away: new Set() }
  const announced: string[] = []
  const compared: World['compared'] = []
  const hasher: PasswordHasher = {
    hash: (...args) => real.hash(...args),
    verify(hashed, ...rest) {
      compared.push(hashed === undefined ? 'decoy' : 'stored')
      return real.verify(hashed, ...rest)
    },
  }
  const config: AccountsConfig = {
    secretKey: 'a secret of the tests, long enough',
    installationId: 'installation-of-the-tests',
    tokenLifetimeMs: 28 * day,
    signUp: true,
    defaultRole: 'user',
    cookies: { sameSite: 'lax', secure: false },
    ...changes,
  }
  const make = (tapped: Store): TestAccounts => {
    const accounts = createAccounts({
      store: tapped,
      rateLimits: createMemoryRateLimits({ clock }),
      config,
      clock,
      logger: silentLogger,
      hasher,
      announce: (feed) => announced.push(feed),
    })
    onTestFinished(() => accounts.close())
    return shortened(accounts)
  }
  const accounts = make(tapStore(store, tap))
  const caller = (token: string): Promise<Caller> => accounts.authenticator.authenticate({ bearer: token })
  return {
    accounts,
    store,
    clock,
    tap,
    announced,
    compared,
    caller,
    cookieOf: (token) =>
      createSessionCookies({ config: config.cookies, ...config })
        .setToken(token, null, { https: false })[0]!
        .split(';')[0]!,
    async signUp(name) {
      const body = { name, email: `${name}@example.com`, password }
      const { token } = await accounts.useCases.signUp(undefined, { body }, meta())
      return { token, caller: await caller(token) }
    },
    async signIn(name, changes) {
      const body = { email: `${name}@example.com`, password }
      return (await accounts.useCases.signIn(undefined, { body }, meta(changes))).token
    },
    async addInstance() {
      const other = make(store)
      await other.revocations.read()
      return { accounts: other, readRevocations: () => other.revocations.read() }
    },
  }
}

/** Wraps the real store so that the tap records its account verbs, and can make them fail or wait. */
function tapStore(store: Store, tap: Tap): Store {
  const seen = <Group extends object>(group: string, verbs: Group): Group =>
    new Proxy(verbs, {
      get(target, verb) {
        const real: unknown = Reflect.get(target, verb)
        if (typeof real !== 'function') return real
        return async (...args: unknown[]): Promise<unknown> => {
          const name = `${group}.${String(verb)}`
          tap.calls.push(name)
          if (tap.away.has(name)) throw new StoreError('unavailable', 'the database is not responding')
          const answer: unknown = await Reflect.apply(real, target, args)
          await tap.after.get(name)?.()
          return answer
        }
      },
    })
  return {
    ...store,
    users: seen('users', store.users),
    sessions: seen('sessions', store.sessions),
    apiKeys: seen('apiKeys', store.apiKeys),
  }
}
