import { setTimeout as delay } from 'node:timers/promises'
import type { Measure, Row } from '../measure.ts'
import type { BenchFleet } from '../support/bench-fleet.ts'
import { ReturningSocket } from '../support/returning-socket.ts'
import type { World } from '../support/world.ts'

const sockets = 3000
/** Opened at less than the rate of handshakes that an instance admits. */
const perSecond = 250
const mostMs = 15_000
/** A request of somebody else on each instance that is left. */
const everyMs = 50

/** An instance with 3,000 sockets dies; all of them come to the two that are left, while others work on there. */
export const reconnectStorm: Measure = {
  name: 'storm',
  about: 'an instance with 3,000 sockets dies: how long until all are back, and what others notice',
  async run(world: World): Promise<Row[]> {
    const fleet = await world.startFleet({ instances: 3, redis: true })
    const [victim, ...left] = fleet.instances
    if (!victim) throw new Error('there is no instance')
    const urls = left.map(({ url }) => url)
    fleet.api.url = urls[0] ?? ''
    // All of them are one user's; a bound that is checked costs what it costs in production.
    await fleet.api.changeSettings({ socketsPerUser: 1_000_000 })
    const all = await openAll(fleet, victim.url, urls)
    const others = left.map(({ url }) => requestsOn(url, fleet.api.token))
    await delay(2000)
    const began = performance.now()
    victim.kill('SIGKILL')
    const deadline = began + 60_000
    while (all.some(({ backAt }) => backAt === undefined) && performance.now() < deadline) await delay(50)
    const counts = await Promise.all(others.map((other) => other.end()))
    const waits = all.map(({ backAt }) => (backAt ?? Infinity) - began).sort((a, b) => a - b)
    const tries = all.reduce((sum, socket) => sum + socket.tries, 0)
    for (const socket of all) socket.close()
    const last = waits.at(-1) ?? Infinity
    const failed = counts.reduce((sum, count) => sum + count.failed, 0)
    const made = counts.reduce((sum, count) => sum + count.made, 0)
    const slowest = Math.max(...counts.map((count) => count.slowestMs))
    return [
      {
        name: 'storm/back',
        what: `${sockets.toLocaleString('en')} sockets of a killed instance are back on two others, the last after`,
        measured: `${(last / 1000).toFixed(1)} s`,
        bare: `most ${mostMs / 1000} s`,
        ratio: last / mostMs,
        budget: 1,
        budgetText: `≤ ${mostMs / 1000} s`,
        note: `Half of them after ${((waits[sockets / 2] ?? 0) / 1000).toFixed(1)} s; ${(tries / sockets).toFixed(1)} tries each.`,
      },
      {
        name: 'storm/others',
        what: `failed requests of others meanwhile, of ${made}`,
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

async function openAll({ api }: BenchFleet, url: string, urls: string[]): Promise<ReturningSocket[]> {
  const all: ReturningSocket[] = []
  const together = perSecond / 10
  while (all.length < sockets) {
    const turn = delay(100)
    all.push(
      ...(await Promise.all(
        Array.from({ length: together }, () => ReturningSocket.open(url, () => urls, api.token)),
      )),
    )
    await turn
  }
  return all
}

interface Others {
  made: number
  failed: number
  slowestMs: number
}

/** Reads the list of chats again and again. */
function requestsOn(url: string, token: string): { end: () => Promise<Others> } {
  const counts: Others = { made: 0, failed: 0, slowestMs: 0 }
  const over = new AbortController()
  const one = async (): Promise<void> => {
    const began = performance.now()
    counts.made++
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
  const asking = (async () => {
    const under: Promise<void>[] = []
    while (!over.signal.aborted) {
      under.push(one())
      await delay(everyMs)
    }
    await Promise.all(under)
  })()
  return {
    async end() {
      over.abort()
      await asking
      return counts
    },
  }
}
