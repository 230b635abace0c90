import type { Scenario } from '../scenario.ts'
import { questionOf } from '../support/provider-process.ts'
import { until } from '../support/fleet.ts'

/** An answer that kills its owner must not kill all instances one after another. */
export const crashingAnswer: Scenario = {
  name: 'crashing-answer',
  promise: 'P13',
  bound: 'an answer whose owner dies each time: 3 attempts, then interrupted; other answers are not affected',
  short: true,
  async run(bench) {
    const fleet = await bench.fleet({
      scripts: { slow: { words: 900, wordsPerSecond: 8 }, words: { words: 100, wordsPerSecond: 20 } },
    })
    const broken: string[] = []
    try {
      const answer = await fleet.startAnswer('slow', 'the one that kills', fleet.instances[0]?.url)
      const reader = fleet.read(answer)
      let kills = 0
      while (kills < 6) {
        const found = await until(async () => {
          const run = (await fleet.runs()).find(({ id }) => id === answer.runId)
          if (!run) return true
          const calls = (await fleet.provider.calls()).filter((call) => questionOf(call) === answer.question)
          return run.owner !== null && (fleet.ownerOf(run)?.alive ?? false) && calls.length > kills
        }, 20_000)
        if (!found) broken.push('no instance took it over within 20 s')
        const run = (await fleet.runs()).find(({ id }) => id === answer.runId)
        const owner = run && fleet.ownerOf(run)
        if (!owner || !found) break
        const index = fleet.instances.indexOf(owner)
        fleet.api.url = fleet.urls().find((url) => url !== owner.url) ?? ''
        await fleet.kill(index)
        kills++
        await fleet.restart(index)
      }
      await reader.finished(30_000).catch((error: unknown) => broken.push(String(error)))
      const stored = await fleet.stored(answer)
      const calls = (await fleet.provider.calls()).filter((call) => questionOf(call) === answer.question)
      if (stored.status !== 'interrupted') broken.push(`it is stored as ${stored.status}`)
      if (calls.length !== 3) broken.push(`the provider was called ${calls.length} times, not 3`)
      if (reader.text !== stored.text) broken.push('the text of its reader differs from the store')
      const other = await fleet.startAnswer('words', 'another one')
      const otherReader = fleet.read(other)
      await otherReader.finished(30_000).catch((error: unknown) => broken.push(String(error)))
      return {
        measured: `${calls.length} attempts, ${kills} instances killed, then ${stored.status} with ${stored.text.length} units kept`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}
