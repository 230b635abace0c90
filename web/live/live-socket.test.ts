import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startLiveServer } from '../../test/support/live-server.ts'
import type { LiveServer } from '../../test/support/live-server.ts'
import { manualTime } from '../../test/support/manual-time.ts'
import type { ManualTime } from '../../test/support/manual-time.ts'
import { createLiveSocket } from './live-socket.ts'
import type { LiveSocket } from './live-socket.ts'
import type { SocketStatus } from './socket-options.ts'
import type { Follow } from './transport.ts'

let server: LiveServer
let time: ManualTime
let socket: LiveSocket
let follows: Follow[]
let frames: string[]

beforeEach(async () => {
  server = await startLiveServer()
  time = manualTime()
  follows = []
  frames = []
  socket = createLiveSocket({
    socketAddress: server.socketAddress,
    eventsAddress: server.eventsAddress,
    tab: 'tab',
    follows: () => follows,
    onFrame: ({ t }) => frames.push(t),
    onStatus: () => undefined,
    prove: () => Promise.resolve(null),
    random: () => 0.5,
    clock: time.clock,
    sleep: time.sleep,
  })
})

afterEach(async () => {
  socket.close()
  await server[Symbol.asyncDispose]()
})

const becomes = (status: SocketStatus): Promise<void> =>
  vi.waitFor(() => expect(socket.status()).toEqual(status), 5000)
const open = { state: 'open', transport: 'socket' } as const
const waiting = { state: 'waiting', closedBy: undefined } as const

async function openSocket(): Promise<void> {
  socket.open()
  await becomes(open)
}

describe('a lost link', () => {
  test('is tried again after a pause', async () => {
    await openSocket()
    server.cut()
    await becomes(waiting)
    expect(time.waits()).toEqual([100])
    await time.advance(100)
    await becomes(open)
    expect(server.opened).toBe(2)
  })

  test('comes back when the server said, and not before', async () => {
    await openSocket()
    server.say({ t: 'bye', reason: 'draining', afterMs: 3000 })
    server.close(4000)
    await becomes(waiting)
    expect(time.waits()).toEqual([3100])
  })

  test('is tried at once when somebody cannot wait, and a try on its way is not doubled', async () => {
    await openSocket()
    server.sockets = 'swallow'
    server.cut()
    await becomes(waiting)
    socket.hurry()
    await vi.waitFor(() => expect(server.opened).toBe(2))
    socket.hurry()
    socket.hurry()
    server.sockets = 'accept'
    // The one that was swallowed has no welcome in time.
    await time.advance(5000)
    expect(time.waits()).toEqual([100])
    await time.advance(100)
    await becomes(open)
    expect(server.opened).toBe(3)
  })

  test('that too many pages are open is said until there is room', async () => {
    await openSocket()
    server.sockets = 'refuse'
    server.close(4007)
    await becomes({ state: 'waiting', closedBy: 4007 })
    await time.advance(100)
    await vi.waitFor(() => expect(time.waits()).toEqual([200]))
    expect(socket.status()).toEqual({ state: 'waiting', closedBy: 4007 })
    server.sockets = 'accept'
    await time.advance(200)
    await becomes(open)
  })
})

describe('a link that has ended', () => {
  test('is not tried again by itself, and can be opened after another sign-in', async () => {
    await openSocket()
    server.close(4100)
    await becomes({ state: 'ended', closedBy: 4100 })
    socket.hurry()
    expect(time.waits()).toEqual([])
    socket.open()
    await becomes(open)
    expect(server.opened).toBe(2)
  })

  test('leaves no timer behind when it is closed', async () => {
    await openSocket()
    socket.close()
    expect(socket.status()).toEqual({ state: 'ended', closedBy: undefined })
    expect(time.waits()).toEqual([])
  })
})

describe('silence', () => {
  test('is a lost link while a run is followed', async () => {
    await openSocket()
    await time.advance(8000)
    expect(socket.status()).toEqual(open)
    follows = [{ runId: 'r', position: { fence: 1, seq: 0, length: 0 } }]
    socket.followsChanged()
    await time.advance(7999)
    expect(socket.status()).toEqual(open)
    await time.advance(1)
    expect(socket.status()).toEqual(waiting)
  })

  test('without a run is one after three pings that nobody answered', async () => {
    await openSocket()
    await time.advance(60_000)
    expect(socket.status()).toEqual(open)
    await vi.waitFor(() => expect(server.heard.filter(({ t }) => t === 'ping')).toHaveLength(3))
    await time.advance(20_000)
    expect(socket.status()).toEqual(waiting)
  })
})

describe('a lesser way', () => {
  async function openEvents(): Promise<void> {
    server.sockets = 'refuse'
    socket.open()
    await becomes(waiting)
    await time.advance(100)
    await vi.waitFor(() => expect(server.opened).toBe(2))
    await vi.waitFor(() => expect(time.waits()).toEqual([200]))
    await time.advance(200)
    await becomes({ state: 'open', transport: 'events' })
  }

  test('gives way to the socket a minute later, or five where that still does not get through', async () => {
    await openEvents()
    expect(time.waits()).toEqual([60_000])
    await time.advance(60_000)
    await vi.waitFor(() => expect(time.waits()).toEqual([300_000]))
    expect(socket.status()).toEqual({ state: 'open', transport: 'events' })
    server.sockets = 'accept'
    await time.advance(300_000)
    await becomes(open)
  })

  test('stands in where an upgrade is swallowed, as where it is refused', async () => {
    server.sockets = 'swallow'
    socket.open()
    await vi.waitFor(() => expect(server.opened).toBe(1))
    await time.advance(5000)
    expect(time.waits()).toEqual([100])
    await time.advance(100)
    await vi.waitFor(() => expect(server.opened).toBe(2))
    await time.advance(5000)
    expect(time.waits()).toEqual([200])
    await time.advance(200)
    await becomes({ state: 'open', transport: 'events' })
  })

  test('gives way soon after an outage, which says nothing about sockets', async () => {
    await openEvents()
    server.say({ t: 'bye', reason: 'draining', afterMs: 3000 })
    await vi.waitFor(() => expect(frames.at(-1)).toBe('bye'))
    server.cut()
    await becomes(waiting)
    await time.advance(3100)
    await vi.waitFor(() => expect(time.waits()).toEqual([100]))
    await time.advance(100)
    await becomes({ state: 'open', transport: 'events' })
    expect(time.waits()).toEqual([1000])
  })
})
