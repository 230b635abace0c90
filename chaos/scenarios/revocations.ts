import { setTimeout as delay } from 'node:timers/promises'
import type { UserView } from '../../protocol/index.ts'
import type { ApiClient } from '../../test/support/api-client.ts'
import { TestSocket } from '../../test/support/socket.ts'
import type { Scenario } from '../scenario.ts'
import { seconds } from '../support/check-answers.ts'
import type { Fleet } from '../support/fleet.ts'
import { openSignUp, password, signUpUser } from '../support/users.ts'

interface Act {
  name: string
  /** Performs the change on the first instance. */
  perform: (client: ApiClient, admin: ApiClient, id: string) => Promise<unknown>
  /** Whether an instance has applied the change, according to its reply to the user. */
  applied: (status: number, me: UserView | undefined) => boolean
  /** Whether the change closes the sockets of the session. */
  closes: boolean
}

const refused = (status: number): boolean => status === 401 || status === 403

const acts: Act[] = [
  {
    name: 'sign-out',
    perform: (client) => client.call('POST', '/api/auth/sign-out'),
    applied: refused,
    closes: true,
  },
  {
    name: 'sign-out everywhere',
    perform: (client) => client.call('POST', '/api/auth/sign-out-everywhere'),
    applied: refused,
    closes: true,
  },
  {
    name: 'password change',
    perform: (client) =>
      client.call('POST', '/api/account/password', { current: password, next: 'battery staple' }),
    applied: refused,
    closes: true,
  },
  {
    name: 'role change',
    perform: (_, admin, id) => admin.call('PATCH', `/api/users/${id}`, { role: 'admin' }),
    applied: (status, me) => status === 200 && me?.role === 'admin',
    closes: false,
  },
  {
    name: 'deactivation',
    perform: (_, admin, id) => admin.call('PATCH', `/api/users/${id}`, { active: false }),
    applied: refused,
    closes: true,
  },
]

/**
 * Measures how long each instance accepts a session after its revocation. All of them know it and hold a socket of it.
 */
async function measure(fleet: Fleet, { name, perform, applied, closes }: Act, maxMs: number) {
  const [first = ''] = fleet.urls()
  const client = await signUpUser(first, `${name.replaceAll(' ', '-')}@example.com`)
  const { token } = client
  const me = async (url: string): Promise<{ status: number; user: UserView | undefined }> => {
    const response = await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })
    const body = (await response.json()) as UserView | { user: UserView }
    return { status: response.status, user: response.ok ? ('user' in body ? body.user : body) : undefined }
  }
  const sockets = await Promise.all(
    fleet.urls().map(async (url) => {
      const socket = await new TestSocket(url, { token }).open()
      await socket.hello().frame('welcome')
      return socket
    }),
  )
  const { user } = await me(first)
  await Promise.all(fleet.urls().map((url) => me(url)))
  const broken: string[] = []
  const began = performance.now()
  await perform(client, fleet.api, user?.id ?? '')
  const times = await Promise.all(
    fleet.urls().map(async (url) => {
      for (;;) {
        const asked = performance.now()
        const { status, user: seen } = await me(url)
        if (applied(status, seen)) return asked - began
        if (asked - began > maxMs + 5000) return Infinity
        await delay(25)
      }
    }),
  )
  const worst = Math.max(...times)
  if (worst > maxMs) broken.push(`${name} was applied on all instances only after ${seconds(worst)}`)
  if (closes) {
    const ends = await Promise.all(
      sockets.map((socket) => Promise.race([socket.closed, delay(Math.max(500, maxMs - worst + 500))])),
    )
    for (const end of ends) {
      if (!end) broken.push(`a socket is still open after ${name}`)
      else if (end.code !== 4100) broken.push(`a socket was closed with ${end.code} after ${name}`)
    }
  }
  for (const socket of sockets) socket.close()
  return { worst, broken }
}

function revocations(
  name: string,
  how: 'with' | 'without' | 'away',
  { maxMs, short }: { maxMs: number; short: boolean },
): Scenario {
  const where = { with: 'with Redis', without: 'with PostgreSQL alone', away: 'while Redis is away' }[how]
  return {
    name,
    promise: 'P5',
    bound: `${where}: sign-out, sign-out everywhere, password, role and deactivation apply on all instances ≤ ${seconds(maxMs)}, sockets closed with 4100`,
    short,
    async run(bench) {
      const fleet = await bench.fleet({
        env: openSignUp,
        ...(how === 'without' ? { redis: false as const } : {}),
      })
      try {
        if (how === 'away') await fleet.redis?.servers[0]?.kill()
        const broken: string[] = []
        const measured: string[] = []
        for (const act of acts) {
          const { worst, broken: found } = await measure(fleet, act, maxMs)
          measured.push(`${act.name} ${worst < 1000 ? `${worst.toFixed(0)} ms` : seconds(worst)}`)
          broken.push(...found)
        }
        return { measured: measured.join(', '), broken }
      } finally {
        await fleet.close()
      }
    },
  }
}

export const revocationScenarios: Scenario[] = [
  revocations('revocations', 'with', { maxMs: 1000, short: true }),
  revocations('revocations-without-redis', 'without', { maxMs: 10_000, short: false }),
  revocations('revocations-redis-away', 'away', { maxMs: 10_000, short: false }),
]
