import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { median, seconds } from '../support/check-answers.ts'
import type { FleetOptions } from '../support/fleet.ts'
import { until } from '../support/fleet.ts'
import { questionOf } from '../support/provider-process.ts'

/** Sends the stop to instances that do not own the answer. */
function stop(name: string, maxMs: number, options: FleetOptions): Scenario {
  return {
    name,
    promise: 'P3',
    bound: `stopped from another instance: the provider's connection is closed ≤ ${seconds(maxMs)}, the text never grows again`,
    short: options.redis !== false,
    async run(bench) {
      const fleet = await bench.fleet({
        scripts: {
          words: { words: 900, wordsPerSecond: 25 },
          slow: { words: 900, wordsPerSecond: 25, firstWordMs: 60_000 },
        },
        ...options,
      })
      const broken: string[] = []
      const times: number[] = []
      try {
        for (const model of ['words', 'slow']) {
          const answer = await fleet.startAnswer(model, `stop ${times.length}`, fleet.instances[0]?.url)
          const reader = fleet.read(answer, () => [fleet.instances[1]?.url ?? ''])
          await delay(model === 'slow' ? 500 : 1500)
          const asked = Date.now()
          await fleet.api.call('POST', `/api/runs/${answer.runId}/stop`, {}, fleet.instances[2]?.url)
          await fleet.api.call('POST', `/api/runs/${answer.runId}/stop`, {}, fleet.instances[1]?.url)
          let closedAt = Infinity
          await until(async () => {
            const call = (await fleet.provider.calls()).find((one) => questionOf(one) === answer.question)
            closedAt = call?.endedAt ?? Infinity
            return call?.state === 'closed-by-client'
          }, 10_000)
          times.push(closedAt - asked)
          await reader.finished(10_000).catch((error: unknown) => broken.push(String(error)))
          const stored = await fleet.stored(answer)
          await delay(1000)
          const later = await fleet.stored(answer)
          if (stored.status !== 'stopped') broken.push(`stored as ${stored.status}`)
          if (later.text !== stored.text) broken.push('the text grew after it was stopped')
          if (reader.text !== stored.text) broken.push('the text of its reader differs from the store')
        }
        const worst = Math.max(...times)
        if (worst > maxMs) broken.push(`closed only after ${seconds(worst)}`)
        return {
          measured: `closed after ${seconds(median(times))} (median), ${seconds(worst)} (worst)`,
          broken,
        }
      } finally {
        await fleet.close()
      }
    },
  }
}

export const stops: Scenario[] = [stop('stop', 1000, {}), stop('stop-without-redis', 3000, { redis: false })]
