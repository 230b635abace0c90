import { expect, test } from 'vitest'
import type { CloseReason, ServerFrame } from '../../protocol/index.ts'
import type { Caller } from '../accounts/index.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { callerOf, userView } from '../../test/support/callers.ts'
import { Hub } from './hub.ts'
import type { OpenSocket } from './hub.ts'

/** A socket that has not sent `hello`. */
const silent: OpenSocket = {
  isFallback: false,
  client: undefined,
  open: true,
  following: false,
  lastSent: 0,
  send: () => {},
  close: () => {},
  recheckSession: async () => true,
}

interface Opened {
  rechecks: number
  closedFor: CloseReason | undefined
}

/** A socket of this user and session. `welcome`: whether the session is still valid when it is checked again. */
function open(
  hub: Hub,
  userId: string,
  { sessionId = 's', welcome = (): boolean | Promise<boolean> => true } = {},
): Opened {
  const opened: Opened = { rechecks: 0, closedFor: undefined }
  const caller: Caller = {
    user: userView(userId),
    credential: { kind: 'session', id: sessionId, expiresAt: null },
  }
  const socket: OpenSocket = {
    ...silent,
    client: { caller },
    async recheckSession() {
      opened.rechecks++
      return welcome()
    },
    close(reason: CloseReason) {
      opened.closedFor = reason
      hub.remove(socket)
    },
  }
  hub.add(socket)
  hub.addUserSocket(socket, userId)
  return opened
}

test('a revocation for a user checks each socket of that user, and no other socket', async () => {
  const hub = new Hub(systemClock, silentLogger)
  const gone = [open(hub, 'ada', { welcome: () => false }), open(hub, 'ada', { welcome: () => false })]
  const [kept, other] = [open(hub, 'ada'), open(hub, 'grace')]
  hub.revoke({ userIds: ['ada'], sessionIds: [] })
  await expect.poll(() => gone.map(({ closedFor }) => closedFor)).toEqual(['signedOut', 'signedOut'])
  expect(kept).toEqual({ rechecks: 1, closedFor: undefined })
  expect(other).toEqual({ rechecks: 0, closedFor: undefined })
  expect(hub.size).toBe(2)
  hub.revoke({ userIds: ['ada'], sessionIds: [] })
  expect([kept.rechecks, ...gone.map(({ rechecks }) => rechecks)]).toEqual([2, 1, 1])
})

test('a revoked session closes its sockets at once', () => {
  const hub = new Hub(systemClock, silentLogger)
  const gone = open(hub, 'ada', { sessionId: 'lost' })
  const kept = open(hub, 'ada', { sessionId: 'kept' })
  hub.revoke({ userIds: [], sessionIds: ['lost'] })
  expect([gone.closedFor, kept.closedFor]).toEqual(['signedOut', undefined])
})

test('an event for administrators is sent only to the sockets of administrators', () => {
  const hub = new Hub(systemClock, silentLogger)
  const sent: string[] = []
  for (const role of ['admin', 'user', 'pending'] as const) {
    const caller = callerOf(userView(role, { role }))
    const send = (frame: ServerFrame): number => sent.push(`${role}: ${frame.t}`)
    hub.add({ ...silent, client: { caller }, send })
  }
  hub.add({ ...silent, send: () => sent.push('not signed in') })
  hub.notifyAdmins({ name: 'administration.changed' })
  expect(sent).toEqual(['admin: event'])
})

test('a socket that has not sent hello is not checked', () => {
  const hub = new Hub(systemClock, silentLogger)
  let rechecks = 0
  const recheckSession = async (): Promise<boolean> => rechecks++ === 0
  const close = (): number => rechecks++
  const socket = { ...silent, recheckSession, close }
  hub.add(socket)
  hub.revoke({ userIds: ['ada'], sessionIds: ['s'] })
  hub.revoke('all')
  hub.remove(socket)
  expect([hub.size, rechecks]).toEqual([0, 0])
})

test('P5: the check of a revoked session is retried until it succeeds', async () => {
  const hub = new Hub(systemClock, silentLogger)
  const away = { store: true }
  const gone = open(hub, 'ada', { welcome: () => (away.store ? Promise.reject(new Error('away')) : false) })
  hub.start()
  hub.revoke({ userIds: ['ada'], sessionIds: [] })
  await expect.poll(() => gone.rechecks).toBeGreaterThan(1)
  expect(gone.closedFor).toBeUndefined()
  away.store = false
  await expect.poll(() => gone.closedFor).toBe('signedOut')
  await hub.drain(0)
})
