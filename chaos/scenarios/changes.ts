import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { seconds } from '../support/check-answers.ts'
import type { Fleet, FleetOptions } from '../support/fleet.ts'

interface Connection {
  id: string
  name: string
}

/** Milliseconds until every instance has a connection with this name. */
async function msUntilKnown(fleet: Fleet, name: string, began: number): Promise<number> {
  const times = await Promise.all(
    fleet.urls().map(async (url) => {
      for (;;) {
        const asked = performance.now()
        const { items } = await fleet.api.call<{ items: Connection[] }>(
          'GET',
          '/api/connections',
          undefined,
          url,
        )
        if (items.some((connection) => connection.name === name)) return asked - began
        if (asked - began > 20_000) return Infinity
        await delay(25)
      }
    }),
  )
  return Math.max(...times)
}

interface Change {
  name: string
  bound: string
  maxMs: number
  short: boolean
  options: FleetOptions
  /** Called before each change. Returns violations. */
  before: (fleet: Fleet) => Promise<string[]> | string[]
}

function change({ name, bound, maxMs, short, options, before }: Change): Scenario {
  return {
    name,
    promise: 'P6',
    bound: `${bound}: a changed connection is used by every instance ≤ ${seconds(maxMs)}`,
    short,
    async run(bench) {
      const fleet = await bench.fleet(options)
      try {
        const broken: string[] = []
        const times: number[] = []
        for (let turn = 0; turn < 5; turn++) {
          broken.push(...(await before(fleet)))
          const named = `provider ${turn}`
          const began = performance.now()
          await fleet.api.call(
            'POST',
            '/api/connections',
            { kind: 'openai', name: named, baseUrl: fleet.provider.v1 },
            fleet.urls()[turn % 3],
          )
          times.push(await msUntilKnown(fleet, named, began))
          for (const { redis } of fleet.links) redis?.restore()
        }
        const worst = Math.max(...times)
        if (worst > maxMs) broken.push(`a change reached all instances only after ${seconds(worst)}`)
        return {
          measured: `5 changes, worst ${worst < 1000 ? `${worst.toFixed(0)} ms` : seconds(worst)}`,
          broken,
        }
      } finally {
        await fleet.close()
      }
    },
  }
}

export const changes: Scenario[] = [
  change({
    name: 'change',
    bound: 'with Redis',
    maxMs: 1000,
    short: true,
    options: {},
    before: () => [],
  }),
  change({
    name: 'change-missed',
    bound: 'with its message lost on every instance (subscriptions stalled)',
    maxMs: 5000,
    short: true,
    options: { linked: true },
    before: (fleet) => {
      const silenced = fleet.links.map(
        ({ redis }) => redis?.stallWhere((sent) => sent.includes('subscribe\r\n')) ?? 0,
      )
      return silenced.every((count) => count > 0)
        ? []
        : ['an instance had no subscription: nothing was tested']
    },
  }),
  change({
    name: 'change-without-redis',
    bound: 'with PostgreSQL alone',
    maxMs: 5000,
    short: false,
    options: { redis: false },
    before: () => [],
  }),
  change({
    name: 'change-redis-away',
    bound: 'while Redis is away',
    maxMs: 5000,
    short: false,
    options: {},
    before: async (fleet) => {
      await fleet.redis?.servers[0]?.kill()
      return []
    },
  }),
]
