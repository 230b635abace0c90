import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import { userView } from '../../test/support/callers.ts'
import { silentLogger, sleep, systemClock } from '../base/index.ts'
import { openEventStream } from './event-stream.ts'
import { Hub } from './hub.ts'
import type { RealtimePorts } from './ports.ts'

const user = userView('u')
const hubs: Hub[] = []
const closing: (() => void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) close()
  for (const hub of hubs.splice(0)) await hub.drain(0)
})

interface Served {
  url: string
  hub: Hub
  refused: unknown[]
}

/** Serves streams over a real socket; the other layers are replaced by the test. */
async function serve({
  signInMs = 0,
  signIn,
  expiresAt,
  follow,
}: {
  signInMs?: number
  /** Reading the session waits for this. */
  signIn?: Promise<void>
  expiresAt?: () => number
  follow?: RealtimePorts['chat']['follow']
}): Promise<Served> {
  const hub = new Hub(systemClock, silentLogger)
  hub.start()
  hubs.push(hub)
  const refused: unknown[] = []
  const chat = { follow: follow ?? (async () => undefined) } as RealtimePorts['chat']
  const ports: RealtimePorts = {
    chat,
    events: { listen: () => () => {} },
    authenticate: async () => {
      await sleep(signInMs)
      await signIn
      return { user, credential: { kind: 'session', id: 's', expiresAt: expiresAt?.() ?? null } }
    },
    hub,
    provesOrigin: () => false,
    instance: 'a',
    version: '1',
    clock: systemClock,
    logger: silentLogger,
    maxFollows: 8,
    presence: { enter: async () => () => {} },
    socketsPerUser: () => null,
  }
  const server = createServer((request, response) => {
    const parameters = new URL(request.url ?? '/', 'http://x').searchParams
    const hold = parameters.get('hold')
    const query = {
      tab: 't',
      follow: parameters.getAll('run').map((runId) => ({ runId })),
      ...(hold === null ? {} : { hold: Number(hold) }),
    }
    openEventStream(ports, response, query, {}).catch((error: unknown) => {
      refused.push(error)
      response.writeHead(503).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, hub, refused }
}

const names = (text: string): string[] => [...text.matchAll(/"t":"([\w.]+)"/g)].map(([, name = '']) => name)

describe('a stream of events', () => {
  test('sends nothing before its welcome, however long reading the session takes', async () => {
    const { url, refused } = await serve({ signInMs: 2500 })
    expect(names(await (await fetch(`${url}?hold=0`)).text())).toEqual(['welcome'])
    expect(refused).toEqual([])
  })

  test('O10: counts as a client on a fallback while it is open', async () => {
    const { url, hub } = await serve({})
    const stop = new AbortController()
    await fetch(url, { signal: stop.signal })
    expect(hub.fallbacks).toBe(1)
    stop.abort()
    await vi.waitFor(() => expect(hub.fallbacks).toBe(0))
  })

  test('is refused if its instance stops while the session is read', async () => {
    const { promise: signIn, resolve: readSession } = Promise.withResolvers<void>()
    const { url, hub, refused } = await serve({ signIn })
    const poll = fetch(`${url}?hold=0`)
    await vi.waitFor(() => expect(hub.size).toBe(1))
    await hub.drain(0)
    readSession()
    expect((await poll).status).toBe(503)
    expect(refused).toMatchObject([{ code: 'draining' }])
  })

  test('ends if a run cannot be read now, so that its client reconnects', async () => {
    const { url, hub, refused } = await serve({
      follow: () => Promise.reject(new AppError('store_unavailable')),
    })
    const response = await fetch(`${url}?run=r`)
    expect(names(await response.text())).toEqual(['welcome'])
    expect([hub.size, refused]).toEqual([0, []])
  })
})

describe('S8: a stream whose session expires', () => {
  test('ends at that moment', async () => {
    const end = Date.now() + 300
    const { url, hub } = await serve({ expiresAt: () => end })
    const text = await (await fetch(`${url}?run=r`)).text()
    expect(names(text)).toContain('welcome')
    expect(Date.now()).toBeGreaterThanOrEqual(end)
    expect(hub.size).toBe(0)
  })
})

describe('a poll', () => {
  test('that may not wait ends with the frames that are there', async () => {
    const { url, hub } = await serve({})
    expect(names(await (await fetch(`${url}?hold=0&run=r`)).text())).toEqual(['welcome', 'run.gone'])
    expect(hub.size).toBe(0)
  })

  test('waits for news, gathers text, and ends soon after the end of a run', async () => {
    let sink: Parameters<RealtimePorts['chat']['follow']>[3] | undefined
    let left = 0
    const { url, hub } = await serve({
      follow: (_run, _user, _position, its) => {
        sink = its
        return Promise.resolve(() => void left++)
      },
    })
    const end = { status: 'done', length: 4, fence: 1 } as const
    const poll = fetch(`${url}?hold=30000&run=r`).then((response) => response.text())
    await vi.waitFor(() => expect(sink).toBeDefined())
    sink!.words(0, 'ab', 1)
    await sleep(100)
    sink!.words(2, 'cd', 2)
    expect(names(await poll)).toEqual(['welcome', 'w', 'w'])
    await vi.waitFor(() => expect([hub.size, left]).toEqual([0, 1]))

    sink = undefined
    const last = fetch(`${url}?hold=30000&run=r`).then((response) => response.text())
    await vi.waitFor(() => expect(sink).toBeDefined())
    sink!.end(end)
    expect(names(await last)).toEqual(['welcome', 'run.end'])
  })
})
