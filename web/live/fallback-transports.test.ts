import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ServerFrame } from '../../protocol/frames.ts'
import { isOpen, liveClients, recovered, seed } from '../../test/support/live-clients.ts'
import { startLiveServer } from '../../test/support/live-server.ts'
import type { LiveServer } from '../../test/support/live-server.ts'

const { connect, closeAll } = liveClients({
  startRun: () => Promise.reject(new Error('nothing is started here')),
  stopRun: () => Promise.reject(new Error('nothing is stopped here')),
})

afterEach(closeAll)

function words(from: string, whole: string): Parameters<LiveServer['broadcast']>[0] {
  return { t: 'w', c: 1, at: from.length, x: whole.slice(from.length) }
}

describe('if WebSockets are blocked', () => {
  test('after two failed sockets, server-sent events are used until the socket works', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    const client = connect(server, { probeMs: 100 })
    const { run } = client.follow(seed)
    await isOpen(client, 'events')
    expect(server.opened).toBe(2)
    expect(JSON.parse(server.streams.at(-1)?.searchParams.get('follow') ?? '')).toEqual([
      { runId: 'r', position: { fence: 3, seq: 0, length: 6 } },
    ])
    server.broadcast(recovered(6, '', { fence: 4, seq: 1, length: 6 }))
    server.broadcast(words('so far', 'so far, so good'))
    await vi.waitFor(() => expect(run.get().text).toBe('so far, so good'))
    server.sockets = 'accept'
    await isOpen(client, 'socket')
    await vi.waitFor(() =>
      expect(server.received.at(-1)).toMatchObject({ t: 'follow', position: { length: 15 } }),
    )
  })

  test('if streams are buffered as well, the client polls, and no text is lost or doubled', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    server.responses = 'hold'
    const client = connect(server, { welcomeMs: 800, holdMs: 100, minPollIntervalMs: 20 })
    const gaps = vi.fn()
    client.onGap(gaps)
    const { run } = client.follow(seed)
    await isOpen(client, 'polls')
    expect(server.opened).toBe(2)
    expect(server.streams.filter(({ searchParams }) => !searchParams.has('hold'))).toHaveLength(1)
    for (const whole of ['so far, so', 'so far, so good']) {
      const { text, position } = run.get()
      const length = whole.length
      const news: ServerFrame = recovered(text.length, whole.slice(text.length), { ...position, length })
      // No poll is open at some moments, so repeat the frame as a server does for the position in the next poll.
      await vi.waitFor(() => {
        server.broadcast(news)
        expect(run.get().text).toBe(whole)
      })
    }
    await vi.waitFor(() => expect(server.streams.at(-1)?.searchParams.get('follow')).toContain('"length":15'))
    // The end of a poll is not a lost connection: not every poll reloads all data.
    expect(gaps).toHaveBeenCalledOnce()
    expect(client.status().state).toBe('open')
  })

  test('polls are replaced by a stream and then by the socket once these work', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    server.responses = 'hold'
    const client = connect(server, { welcomeMs: 500, probeMs: 50, holdMs: 100, minPollIntervalMs: 20 })
    await isOpen(client, 'polls')
    server.responses = 'pass'
    await isOpen(client, 'events')
    server.sockets = 'accept'
    await isOpen(client, 'socket')
  })

  test('a broken poll is a lost connection, and polling resumes', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    server.responses = 'hold'
    const client = connect(server, { welcomeMs: 500, holdMs: 100, minPollIntervalMs: 20, maxRetryMs: 50 })
    await isOpen(client, 'polls')
    const states = new Set<string>()
    client.onStatus(() => states.add(client.status().state))
    await vi.waitFor(() => {
      server.cut()
      expect(states).toContain('waiting')
    })
    await isOpen(client, 'polls')
  })

  test('a new follow opens a new event stream that lists it', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    const client = connect(server)
    await isOpen(client, 'events')
    client.follow(seed)
    await vi.waitFor(() => expect(server.streams.at(-1)?.searchParams.get('follow')).toContain('"runId":"r"'))
  })
})

describe('if a proxy hides the origin of the page', () => {
  test('the page fetches a proof once, and gets its socket without a pause', async () => {
    await using server = await startLiveServer()
    server.proof = 'p'
    let fetched = 0
    const client = connect(server, { prove: async () => (fetched++, server.proof ?? null) })
    await isOpen(client)
    expect([server.opened, fetched]).toEqual([2, 1])
    server.cut()
    await vi.waitFor(() => expect(server.opened).toBe(3))
    await isOpen(client)
    expect(fetched).toBe(1)
    // A new session needs a new proof.
    server.proof = 'q'
    server.cut()
    await vi.waitFor(() => expect(fetched).toBe(2))
    await isOpen(client)
    expect([server.opened, server.streams.length]).toEqual([5, 0])
  })

  test('the page uses streams if it gets no proof', async () => {
    await using server = await startLiveServer()
    server.proof = 'p'
    const client = connect(server, { prove: () => Promise.reject(new Error('no')) })
    await isOpen(client, 'events')
    expect(server.opened).toBe(2)
  })
})
