import { describe, expect, test } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import type { ServerFrame, UserEvent, UserView } from '../../protocol/index.ts'
import type { Caller } from '../accounts/index.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { LiveSocket } from './live-socket.ts'
import { handleFrame } from './handle-frame.ts'
import { Hub } from './hub.ts'
import type { RealtimePorts, UserEventListener } from './ports.ts'

const user: UserView = {
  id: 'u',
  email: 'u@x',
  name: 'U',
  role: 'user',
  active: true,
  createdAt: 0,
  lastActiveAt: null,
}
const caller: Caller = { user, credential: { kind: 'session', id: 's', expiresAt: null } }
const run = { chatId: 'c', userMessageId: 'q', messageId: 'a', runId: 'r' }

interface Opened {
  socket: LiveSocket
  sent: ServerFrame[]
  listener: () => UserEventListener
}

function open({
  follow = async () => () => {},
  rereads = true,
}: { follow?: RealtimePorts['chat']['follow']; rereads?: boolean } = {}): Opened {
  const sent: ServerFrame[] = []
  let heard: UserEventListener | undefined
  const chat = { follow, startRun: async () => run } as unknown as RealtimePorts['chat']
  const socket = new LiveSocket({
    ports: {
      chat,
      events: {
        listen(_userId, listener) {
          heard = listener
          return () => {}
        },
      },
      authenticate: async () => caller,
      hub: new Hub(systemClock, silentLogger),
      provesOrigin: () => false,
      instance: 'a',
      version: '1',
      clock: systemClock,
      logger: silentLogger,
      mostFollows: 3,
      presence: { enter: async () => () => {} },
      socketsPerUser: () => null,
    },
    transport: { send: (data) => void sent.push(JSON.parse(data) as ServerFrame), buffered: () => 0 },
    close: () => {},
    logger: silentLogger,
  })
  socket.greet({ caller, tab: 't', rereads, credentials: {} })
  return { socket, sent, listener: () => heard! }
}

const away = (): never => {
  throw new AppError('store_unavailable')
}

describe('A10: a follow that is rejected', () => {
  test('gives its slot back, however often', async () => {
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

  test('one that a newer follow of the same run replaced takes nothing from it', async () => {
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

  test('behind a start: the start has one reply, with its run', async () => {
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
    // As an instance of the version before tells it.
    { name: 'messages.changed', chatId: 'c', messages: [message as never], currentId: null },
  ]

  test.each(events)('reaches a page that reads again without any text', (event) => {
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
