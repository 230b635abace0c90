import { setTimeout as delay } from 'node:timers/promises'
import type { Measure, Row } from '../measure.ts'
import type { BenchFleet } from '../support/bench-fleet.ts'
import { ReconnectingSocket } from '../support/reconnecting-socket.ts'
import type { World } from '../support/world.ts'

const sockets = 3000
/** Sockets opened per second; below the rate of handshakes that an instance accepts. */
const perSecond = 250
const maxMs = 15_000
/** Time between other users' requests to each remaining instance, ms. */
const requestIntervalMs = 50

/**
 * An instance with 3,000 sockets dies. They reconnect to the two remaining instances, which also serve other requests.
 */
export const reconnectStorm: Measure = {
  name: 'storm',
  about:
    'an instance with 3,000 sockets dies: time until all have reconnected, and the effect on other requests',
  async run(world: World): Promise<Row[]> {
    const fleet = await world.startFleet({ instances: 3, redis: true })
    const [victim, ...left] = fleet.instances
    if (!victim) throw new Error('there is no instance')
    const urls = left.map(({ url }) => url)
    fleet.api.url = urls[0] ?? ''
    // All sockets belong to one user. The limit is raised, not removed, so that checking it costs the same as in
    // production.
    await fleet.api.changeSettings({ socketsPerUser: 1_000_000 })
    const all = await openAll(fleet, victim.url, urls)
    const others = left.map(({ url }) => requestsOn(url, fleet.api.token))
    await delay(2000)
    const began = performance.now()
    victim.kill('SIGKILL')
    const deadline = began + 60_000
    while (all.some(({ reconnectedAt }) => reconnectedAt === undefined) && performance.now() < deadline)
      await delay(50)
    const counts = await Promise.all(others.map((other) => other.end()))
    const waits = all.map(({ reconnectedAt }) => (reconnectedAt ?? Infinity) - began).sort((a, b) => a - b)
    const tries = all.reduce((sum, socket) => sum + socket.tries, 0)
    for (const socket of all) socket.close()
    const last = waits.at(-1) ?? Infinity
    const failed = counts.reduce((sum, count) => sum + count.failed, 0)
    const sent = counts.reduce((sum, count) => sum + count.sent, 0)
    const slowest = Math.max(...counts.map((count) => count.slowestMs))
    return [
      {
        name: 'storm/back',
        what: `${sockets.toLocaleString('en')} sockets of a killed instance are back on two others, the last after`,
        measured: `${(last / 1000).toFixed(1)} s`,
        bare: `max ${maxMs / 1000} s`,
        ratio: last / maxMs,
        budget: 1,
        budgetText: `≤ ${maxMs / 1000} s`,
        note: `Half of them after ${((waits[sockets / 2] ?? 0) / 1000).toFixed(1)} s; ${(tries / sockets).toFixed(1)} tries each.`,
      },
      {
        name: 'storm/others',
        what: `failed requests of others meanwhile, of ${sent}`,
        measured: `${failed}`,
        bare: '',
        ratio: failed,
        budget: 0,
        budgetText: '0',
        note: `The slowest took ${slowest.toFixed(0)} ms.`,
      },
    ]
  },
}

async function openAll({ api }: BenchFleet, url: string, urls: string[]): Promise<ReconnectingSocket[]> {
  const all: ReconnectingSocket[] = []
  const batchSize = perSecond / 10
  while (all.length < sockets) {
    const turn = delay(100)
    all.push(
      ...(await Promise.all(
        Array.from({ length: batchSize }, () => ReconnectingSocket.open(url, () => urls, api.token)),
      )),
    )
    await turn
  }
  return all
}

interface OtherRequests {
  sent: number
  failed: number
  slowestMs: number
}

/** Requests the list of chats repeatedly. */
function requestsOn(url: string, token: string): { end: () => Promise<OtherRequests> } {
  const counts: OtherRequests = { sent: 0, failed: 0, slowestMs: 0 }
  const over = new AbortController()
  const one = async (): Promise<void> => {
    const began = performance.now()
    counts.sent++
    try {
      const response = await fetch(`${url}/api/chats`, {
        headers: { cookie: `token=${token}` },
        signal: AbortSignal.timeout(10_000),
      })
      await response.text()
      if (!response.ok) counts.failed++
    } catch {
      counts.failed++
    }
    counts.slowestMs = Math.max(counts.slowestMs, performance.now() - began)
  }
  const sending = (async () => {
    const pending: Promise<void>[] = []
    while (!over.signal.aborted) {
      pending.push(one())
      await delay(requestIntervalMs)
    }
    await Promise.all(pending)
  })()
  return {
    async end() {
      over.abort()
      await sending
      return counts
    },
  }
}
