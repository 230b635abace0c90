import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from '../support/check-answers.ts'
import { questionOf } from '../support/provider-process.ts'

const words = 200

/**
 * All instances have the same INSTANCE_ID, and a killed one restarts at once: it must not be mistaken for the dead one.
 */
export const restartAlways: Scenario = {
  name: 'restart-always',
  promise: 'P1',
  bound:
    'one INSTANCE_ID for all, an instance killed and restarted at once: its answers resume on any instance ≤ 4 s after the kill',
  short: true,
  async run(bench) {
    const fleet = await bench.fleet({
      instances: 2,
      oneLabel: true,
      scripts: { words: { words, wordsPerSecond: 25 } },
    })
    try {
      const watched = []
      for (let index = 0; index < 6; index++) {
        const answer = await fleet.startAnswer('words', `question ${index}`, fleet.instances[0]?.url)
        watched.push({ answer, readers: [fleet.read(answer)] })
      }
      await delay(1500)
      fleet.api.url = fleet.instances[1]?.url ?? ''
      const killedAt = Date.now()
      await fleet.kill(0)
      await fleet.restart(0)
      const broken = await checkAnswers(fleet, watched, { words, continues: true })
      const calls = await fleet.provider.calls()
      const again = watched.map(({ answer }) => {
        const later = calls.find((call) => call.at > killedAt && questionOf(call) === answer.question)
        return later ? later.at - killedAt : Infinity
      })
      const worst = Math.max(...again)
      if (worst > 4000) broken.push(`the provider was called again only after ${seconds(worst)}`)
      return { measured: `6 answers resumed, worst ${seconds(worst)} after the kill`, broken }
    } finally {
      await fleet.close()
    }
  },
}
