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

function words(from: string, whole: string): Parameters<LiveServer['say']>[0] {
  return { t: 'w', c: 1, at: from.length, x: whole.slice(from.length) }
}

describe('where a WebSocket does not get through', () => {
  test('two sockets that do not get through make it server-sent events, which come back to the socket', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    const client = connect(server, { probeMs: 100 })
    const { run } = client.follow(seed)
    await isOpen(client, 'events')
    expect(server.opened).toBe(2)
    expect(JSON.parse(server.streams.at(-1)?.searchParams.get('follow') ?? '')).toEqual([
      { runId: 'r', position: { fence: 3, seq: 0, length: 6 } },
    ])
    server.say(recovered(6, '', { fence: 4, seq: 1, length: 6 }))
    server.say(words('so far', 'so far, so good'))
    await vi.waitFor(() => expect(run.get().text).toBe('so far, so good'))
    server.sockets = 'accept'
    await isOpen(client, 'socket')
    await vi.waitFor(() =>
      expect(server.heard.at(-1)).toMatchObject({ t: 'follow', position: { length: 15 } }),
    )
  })

  test('where streams are held back as well it asks again and again, and nothing is lost or doubled', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    server.responses = 'hold'
    const client = connect(server, { welcomeMs: 800, holdMs: 100, paceMs: 20 })
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
      // Between two polls nobody hears it: a server tells it again, from the position that is named.
      await vi.waitFor(() => {
        server.say(news)
        expect(run.get().text).toBe(whole)
      })
    }
    await vi.waitFor(() => expect(server.streams.at(-1)?.searchParams.get('follow')).toContain('"length":15'))
    // A poll is no link that was lost: not everything is read again each time.
    expect(gaps).toHaveBeenCalledOnce()
    expect(client.status().state).toBe('open')
  })

  test('polls come back to streams and to the socket once they get through', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    server.responses = 'hold'
    const client = connect(server, { welcomeMs: 500, probeMs: 50, holdMs: 100, paceMs: 20 })
    await isOpen(client, 'polls')
    server.responses = 'pass'
    await isOpen(client, 'events')
    server.sockets = 'accept'
    await isOpen(client, 'socket')
  })

  test('a poll that is cut is a lost link, and comes back', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    server.responses = 'hold'
    const client = connect(server, { welcomeMs: 500, holdMs: 100, paceMs: 20, maxRetryMs: 50 })
    await isOpen(client, 'polls')
    const states = new Set<string>()
    client.onStatus(() => states.add(client.status().state))
    await vi.waitFor(() => {
      server.cut()
      expect(states).toContain('waiting')
    })
    await isOpen(client, 'polls')
  })

  test('a new follow opens another event stream that names it', async () => {
    await using server = await startLiveServer()
    server.sockets = 'refuse'
    const client = connect(server)
    await isOpen(client, 'events')
    client.follow(seed)
    await vi.waitFor(() => expect(server.streams.at(-1)?.searchParams.get('follow')).toContain('"runId":"r"'))
  })
})

describe('where a proxy hides whose page it is', () => {
  test('a page whose site a proxy hides fetches a proof once, and has its socket without waiting', async () => {
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
    // Another session has another.
    server.proof = 'q'
    server.cut()
    await vi.waitFor(() => expect(fetched).toBe(2))
    await isOpen(client)
    expect([server.opened, server.streams.length]).toEqual([5, 0])
  })

  test('where there is no proof to be had, streams serve', async () => {
    await using server = await startLiveServer()
    server.proof = 'p'
    const client = connect(server, { prove: () => Promise.reject(new Error('no')) })
    await isOpen(client, 'events')
    expect(server.opened).toBe(2)
  })
})
