import { describe, expect, test } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import type { CloseReason, ServerFrame, UserEvent } from '../../protocol/index.ts'
import type { Caller } from '../accounts/index.ts'
import { userView } from '../../test/support/callers.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { LiveSocket } from './live-socket.ts'
import { handleFrame } from './handle-frame.ts'
import { Hub } from './hub.ts'
import type { RealtimePorts, UserEventListener } from './ports.ts'

const user = userView('u')
const caller: Caller = { user, credential: { kind: 'session', id: 's', expiresAt: null } }
const run = { chatId: 'c', userMessageId: 'q', messageId: 'a', runId: 'r' }

interface Opened {
  socket: LiveSocket
  hub: Hub
  sent: ServerFrame[]
  closedFor: CloseReason[]
  /** What was released: the user's events, the user's page slot. */
  left: string[]
  listener: () => UserEventListener
}

function open({
  follow = async () => () => {},
  authenticate = async () => caller,
  rereads = true,
}: Partial<Pick<RealtimePorts, 'authenticate'>> & {
  follow?: RealtimePorts['chat']['follow']
  rereads?: boolean
} = {}): Opened {
  const sent: ServerFrame[] = []
  const closedFor: CloseReason[] = []
  const left: string[] = []
  const hub = new Hub(systemClock, silentLogger)
  let userListener: UserEventListener | undefined
  const chat = { follow, startRun: async () => run } as unknown as RealtimePorts['chat']
  const socket = new LiveSocket({
    ports: {
      chat,
      events: {
        listen(_userId, listener) {
          userListener = listener
          return () => void left.push('events')
        },
      },
      authenticate,
      hub,
      provesOrigin: () => false,
      instance: 'a',
      version: '1',
      clock: systemClock,
      logger: silentLogger,
      maxFollows: 3,
      presence: { enter: async () => () => void left.push('room') },
      socketsPerUser: () => null,
    },
    transport: { send: (data) => void sent.push(JSON.parse(data) as ServerFrame), buffered: () => 0 },
    close: (reason) => void closedFor.push(reason),
    logger: silentLogger,
  })
  socket.welcome({ caller, tab: 't', rereads, credentials: {} })
  hub.add(socket)
  return { socket, hub, sent, closedFor, left, listener: () => userListener! }
}

const away = (): never => {
  throw new AppError('store_unavailable')
}

describe('A10: a follow that is rejected', () => {
  test('frees its slot, however often', async () => {
    let works = false
    const { socket, sent } = open({ follow: async () => (works ? () => {} : away()) })
    for (const runId of ['1', '2', '3', '4', '5']) {
      await handleFrame(socket, { t: 'follow', runId })
      expect(sent.at(-1)).toMatchObject({ t: 'error', error: { code: 'store_unavailable' } })
    }
    expect(socket.following).toBe(false)
    works = true
    for (const runId of ['1', '2', '3']) await handleFrame(socket, { t: 'follow', runId })
    expect(socket.following).toBe(true)
    expect(sent.filter((frame) => frame.t === 'error')).toHaveLength(5)
  })

  test('that a newer follow of the same run has replaced does not affect the newer one', async () => {
    const answers: PromiseWithResolvers<() => void>[] = []
    const { socket } = open({
      follow: () => {
        const answer = Promise.withResolvers<() => void>()
        answers.push(answer)
        return answer.promise
      },
    })
    const first = handleFrame(socket, { t: 'follow', runId: 'r' })
    const second = handleFrame(socket, { t: 'follow', runId: 'r' })
    answers[1]!.resolve(() => {})
    await second
    answers[0]!.reject(new AppError('store_unavailable'))
    await first
    expect(socket.following).toBe(true)
  })

  test('after a start: the start has one reply, with its run', async () => {
    const { socket, sent } = open({ follow: async () => away() })
    await handleFrame(socket, {
      t: 'run.start',
      ref: 'x',
      run: { clientId: 'i', model: 'm', text: 'hi' },
    })
    expect(sent.filter((frame) => frame.t === 'reply')).toEqual([{ t: 'reply', ref: 'x', ok: true, run }])
    expect(sent.at(-1)).toMatchObject({ t: 'error', error: { code: 'store_unavailable' } })
  })
})

describe('A8: an event that names messages', () => {
  const message = { id: 'm', text: 'x'.repeat(1000) }
  const events: UserEvent[] = [
    { name: 'messages.changed', chatId: 'c', messageIds: ['m'], messages: [], currentId: null },
    // In the form of the version before.
    { name: 'messages.changed', chatId: 'c', messages: [message as never], currentId: null },
  ]

  test.each(events)('reaches a page that rereads messages, without any text', (event) => {
    const { sent, listener } = open()
    listener().event(event)
    expect(sent.at(-1)).toMatchObject({ t: 'event', event: { messageIds: ['m'], messages: [] } })
  })

  test.each(events)('is a gap for a page that expects whole messages', (event) => {
    const { sent, listener } = open({ rereads: false })
    listener().event(event)
    expect(sent.at(-1)).toEqual({ t: 'gap' })
  })

  test('other events are the same for both', () => {
    const { sent, listener } = open({ rereads: false })
    listener().event({ name: 'chat.deleted', chatId: 'c' })
    expect(sent.at(-1)).toEqual({ t: 'event', event: { name: 'chat.deleted', chatId: 'c' } })
  })
})

describe('a socket that closes', () => {
  test('releases everything once, and sends nothing more', async () => {
    const left: string[] = []
    const it = open({ follow: async (runId) => () => void left.push(runId) })
    await it.socket.reservePageSlot('u')
    await it.socket.follow('r', undefined)
    it.socket.close('signedOut')
    it.socket.close('slow')
    it.socket.closed()
    it.socket.send({ t: 'ping' })
    expect([it.closedFor, it.left, left, it.hub.size]).toEqual([['signedOut'], ['events', 'room'], ['r'], 0])
    expect(it.sent.map(({ t }) => t)).toEqual(['welcome'])
  })

  test('releases a page slot and a run that it gets only after closing', async () => {
    const left: string[] = []
    const found = Promise.withResolvers<() => void>()
    const it = open({ follow: () => found.promise })
    const [room, follow] = [it.socket.reservePageSlot('u'), it.socket.follow('r', undefined)]
    it.socket.closed()
    found.resolve(() => void left.push('r'))
    await Promise.all([room, follow])
    expect([it.left, left, it.socket.following]).toEqual([['events', 'room'], ['r'], false])
  })
})

describe('the runs that a socket follows', () => {
  test('have a maximum; a run that ends or is unfollowed frees a slot', async () => {
    const sinks: Parameters<RealtimePorts['chat']['follow']>[3][] = []
    const it = open({
      follow: async (_, __, ___, sink) => {
        sinks.push(sink)
        return () => {}
      },
    })
    const errors = () => it.sent.filter(({ t }) => t === 'error').length
    for (const runId of ['1', '2', '3', '4']) await it.socket.follow(runId, undefined)
    expect([errors(), sinks.length]).toEqual([1, 3])
    it.socket.unfollow('1')
    await it.socket.follow('4', undefined)
    sinks[1]!.end({ status: 'done', length: 0, fence: 1 })
    await it.socket.follow('5', undefined)
    await it.socket.follow('5', { fence: 1, seq: 1, length: 0 })
    expect([errors(), sinks.length]).toEqual([1, 6])
  })

  test('have channel numbers; a run that does not exist is reported as gone', async () => {
    const it = open({
      follow: async (runId, _, __, sink) => {
        if (runId === 'gone') return undefined
        sink.opened({ identity: { messageId: `m${runId}` } } as never)
        sink.words(4, 'fish', 0)
        sink.words(8, 'es', 3)
        sink.phase('queued', 2)
        sink.link('moving')
        sink.end({ status: 'stopped', length: 10, fence: 1 })
        return () => {}
      },
    })
    await it.socket.follow('gone', undefined)
    await it.socket.follow('r', undefined)
    expect(it.sent.slice(1)).toEqual([
      { t: 'run.gone', runId: 'gone' },
      { t: 'w', c: 2, at: 4, x: 'fish' },
      { t: 'w', c: 2, at: 8, x: 'es', s: 3 },
      { t: 'run.phase', c: 2, phase: 'queued', place: 2 },
      { t: 'run.link', c: 2, link: 'moving' },
      { t: 'run.end', c: 2, runId: 'r', messageId: 'mr', status: 'stopped', length: 10, fence: 1 },
    ])
    expect(it.socket.following).toBe(false)
  })
})

describe('a session that is checked again', () => {
  test('is valid, and its client is notified of another role', async () => {
    const it = open({ authenticate: async () => ({ ...caller, user: { ...user, role: 'admin' } }) })
    expect(await it.socket.recheckSession()).toBe(true)
    expect(await it.socket.recheckSession()).toBe(true)
    expect(it.sent.slice(1)).toEqual([{ t: 'event', event: { name: 'account.changed' } }])
  })

  test('has ended, or cannot be checked now', async () => {
    for (const code of ['unauthenticated', 'forbidden'] as const) {
      const refuse = () => Promise.reject(new AppError(code))
      expect(await open({ authenticate: refuse }).socket.recheckSession()).toBe(false)
    }
    const it = open({ authenticate: () => Promise.reject(new AppError('store_unavailable')) })
    await expect(it.socket.recheckSession()).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
