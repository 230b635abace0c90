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

const waitForStatus = (status: SocketStatus): Promise<void> =>
  vi.waitFor(() => expect(socket.status()).toEqual(status), 5000)
const open = { state: 'open', transport: 'socket' } as const
const waiting = { state: 'waiting', closedBy: undefined } as const

async function openSocket(): Promise<void> {
  socket.open()
  await waitForStatus(open)
}

describe('a lost connection', () => {
  test('is reopened after a pause', async () => {
    await openSocket()
    server.cut()
    await waitForStatus(waiting)
    expect(time.pendingSleeps()).toEqual([100])
    await time.advance(100)
    await waitForStatus(open)
    expect(server.opened).toBe(2)
  })

  test('is reopened at the time that the server named, not earlier', async () => {
    await openSocket()
    server.broadcast({ t: 'bye', reason: 'draining', afterMs: 3000 })
    server.close(4000)
    await waitForStatus(waiting)
    expect(time.pendingSleeps()).toEqual([3100])
  })

  test('is retried at once on request, and an attempt in progress is not repeated', async () => {
    await openSocket()
    server.sockets = 'swallow'
    server.cut()
    await waitForStatus(waiting)
    socket.retryNow()
    await vi.waitFor(() => expect(server.opened).toBe(2))
    socket.retryNow()
    socket.retryNow()
    server.sockets = 'accept'
    // The swallowed attempt gets no welcome in time.
    await time.advance(5000)
    expect(time.pendingSleeps()).toEqual([100])
    await time.advance(100)
    await waitForStatus(open)
    expect(server.opened).toBe(3)
  })

  test('reports too many open pages until the page is admitted', async () => {
    await openSocket()
    server.sockets = 'refuse'
    server.close(4007)
    await waitForStatus({ state: 'waiting', closedBy: 4007 })
    await time.advance(100)
    await vi.waitFor(() => expect(time.pendingSleeps()).toEqual([200]))
    expect(socket.status()).toEqual({ state: 'waiting', closedBy: 4007 })
    server.sockets = 'accept'
    await time.advance(200)
    await waitForStatus(open)
  })
})

describe('an ended connection', () => {
  test('is not retried by itself, and can be opened after the next sign-in', async () => {
    await openSocket()
    server.close(4100)
    await waitForStatus({ state: 'ended', closedBy: 4100 })
    socket.retryNow()
    expect(time.pendingSleeps()).toEqual([])
    socket.open()
    await waitForStatus(open)
    expect(server.opened).toBe(2)
  })

  test('leaves no timer behind when it is closed', async () => {
    await openSocket()
    socket.close()
    expect(socket.status()).toEqual({ state: 'ended', closedBy: undefined })
    expect(time.pendingSleeps()).toEqual([])
  })
})

describe('silence', () => {
  test('counts as a lost connection after 8 s while a run is followed', async () => {
    await openSocket()
    await time.advance(8000)
    expect(socket.status()).toEqual(open)
    follows = [{ runId: 'r', position: { fence: 1, seq: 0, length: 0 } }]
    socket.followsChanged()
    await time.advance(7999)
    expect(socket.status()).toEqual({ ...open, silent: true })
    await time.advance(1)
    expect(socket.status()).toEqual(waiting)
  })

  test('counts as one after three unanswered pings if no run is followed', async () => {
    await openSocket()
    await time.advance(60_000)
    expect(socket.status()).toEqual(open)
    await vi.waitFor(() => expect(server.received.filter(({ t }) => t === 'ping')).toHaveLength(3))
    await time.advance(20_000)
    expect(socket.status()).toEqual(waiting)
  })
})

describe('D7: a server that is silent while the page relies on it', () => {
  const silent = { ...open, silent: true }
  const pings = (): number => server.received.filter(({ t }) => t === 'ping').length

  function follow(): void {
    follows = [{ runId: 'r', position: { fence: 1, seq: 0, length: 0 } }]
    socket.followsChanged()
  }

  test('is asked after 1.5 s and reported after 2.5 s, until it sends a frame', async () => {
    await openSocket()
    follow()
    await time.advance(1499)
    expect(socket.status()).toEqual(open)
    await time.advance(1)
    await vi.waitFor(() => expect(pings()).toBe(1))
    await time.advance(999)
    expect(socket.status()).toEqual(open)
    await time.advance(1)
    expect(socket.status()).toEqual(silent)
    server.broadcast({ t: 'pong' })
    await waitForStatus(open)
    expect(pings()).toBe(1)
  })

  test('is not asked while its frames arrive', async () => {
    await openSocket()
    follow()
    for (let second = 0; second < 10; second++) {
      server.broadcast({ t: 'ping' })
      await vi.waitFor(() => expect(frames.filter((t) => t === 'ping')).toHaveLength(second + 1))
      await time.advance(1000)
    }
    expect(pings()).toBe(0)
    expect(socket.status()).toEqual(open)
  })

  test('is reported if a request has no reply after 2.5 s, and reconnected after 8 s', async () => {
    await openSocket()
    expect(socket.send({ t: 'run.stop', ref: 'r1', runId: 'r' })).toBe(true)
    await time.advance(2500)
    expect(socket.status()).toEqual(silent)
    await time.advance(5500)
    expect(socket.status()).toEqual(waiting)
  })

  test('is asked when the user returns, and a page at rest sends nothing else', async () => {
    await openSocket()
    await time.advance(4999)
    socket.retryNow()
    expect(pings()).toBe(0)
    await time.advance(1)
    socket.retryNow()
    await vi.waitFor(() => expect(pings()).toBe(1))
    server.broadcast({ t: 'pong' })
    await vi.waitFor(() => expect(frames.at(-1)).toBe('pong'))
    // Only the ping of each 20 s is left.
    expect(time.pendingSleeps().filter((ms) => ms > 2500)).toEqual([15_000])
    await time.advance(14_999)
    expect(pings()).toBe(1)
    expect(socket.status()).toEqual(open)
  })

  test('counts as silent until it has answered, if the page was offline', async () => {
    await openSocket()
    socket.retryNow(true)
    expect(socket.status()).toEqual(silent)
    server.broadcast({ t: 'pong' })
    await waitForStatus(open)
  })
})

describe('a fallback transport', () => {
  async function openEvents(): Promise<void> {
    server.sockets = 'refuse'
    socket.open()
    await waitForStatus(waiting)
    await time.advance(100)
    await vi.waitFor(() => expect(server.opened).toBe(2))
    await vi.waitFor(() => expect(time.pendingSleeps()).toEqual([200]))
    await time.advance(200)
    await waitForStatus({ state: 'open', transport: 'events' })
  }

  test('is replaced by the socket after a minute, or five minutes later if that is still blocked', async () => {
    await openEvents()
    expect(time.pendingSleeps()).toEqual([60_000])
    await time.advance(60_000)
    await vi.waitFor(() => expect(time.pendingSleeps()).toEqual([300_000]))
    expect(socket.status()).toEqual({ state: 'open', transport: 'events' })
    server.sockets = 'accept'
    await time.advance(300_000)
    await waitForStatus(open)
  })

  test('is used if an upgrade is swallowed, just as if it is refused', async () => {
    server.sockets = 'swallow'
    socket.open()
    await vi.waitFor(() => expect(server.opened).toBe(1))
    await time.advance(5000)
    expect(time.pendingSleeps()).toEqual([100])
    await time.advance(100)
    await vi.waitFor(() => expect(server.opened).toBe(2))
    await time.advance(5000)
    expect(time.pendingSleeps()).toEqual([200])
    await time.advance(200)
    await waitForStatus({ state: 'open', transport: 'events' })
  })

  test('is replaced soon after an outage, which does not prove that sockets are blocked', async () => {
    await openEvents()
    server.broadcast({ t: 'bye', reason: 'draining', afterMs: 3000 })
    await vi.waitFor(() => expect(frames.at(-1)).toBe('bye'))
    server.cut()
    await waitForStatus(waiting)
    await time.advance(3100)
    await vi.waitFor(() => expect(time.pendingSleeps()).toEqual([100]))
    await time.advance(100)
    await waitForStatus({ state: 'open', transport: 'events' })
    expect(time.pendingSleeps()).toEqual([1000])
  })
})
