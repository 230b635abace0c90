import { setTimeout as delay } from 'node:timers/promises'
import type { ScriptedCall } from '../../test/support/scripted-provider.ts'
import type { Scenario } from '../scenario.ts'
import { seconds } from '../support/check-answers.ts'
import { until } from '../support/fleet.ts'
import { questionOf } from '../support/provider-process.ts'
import { readScriptedWords } from '../../test/support/scripted-words.ts'
import type { Answer } from '../support/fleet.ts'

const runs = 200
const words = 100
const wordsPerSecond = 4
/**
 * The maximum number of answers resumed within 0.1 s: two instances with batches of 8, and the jitter of a busy
 * machine.
 */
const maxAtOnce = 40

/** All answers of one instance are orphaned at once, while the provider refuses requests. */
export const orphansUnder429: Scenario = {
  name: 'orphans-under-429',
  promise: 'P13',
  bound: `${runs} answers orphaned at once, the provider replies 429 for 5 s: claims are paced (≤ ${maxAtOnce} in 0.1 s), all answers complete, none fails`,
  short: false,
  alone: true,
  async run(bench) {
    const script = { words, wordsPerSecond }
    const fleet = await bench.fleet({ scripts: { words: script } })
    const broken: string[] = []
    try {
      // All answers belong to one user.
      await fleet.api.changeSettings({ runningPerUser: runs })
      const victim = fleet.instances[0]
      if (!victim) throw new Error('no instance')
      const answers: Answer[] = []
      for (let batch = 0; batch < runs / 20; batch++) {
        const some = Array.from({ length: 20 }, (_, index) =>
          fleet.startAnswer('words', `question ${batch * 20 + index}`, victim.url),
        )
        answers.push(...(await Promise.all(some)))
      }
      await delay(3000)
      fleet.api.url = fleet.urls()[1] ?? ''
      const refuse = {
        status: 429,
        headers: { 'retry-after': '2' },
        body: { error: { message: 'Slow down.' } },
      }
      await fleet.provider.script('words', { ...script, refuse })
      const killedAt = Date.now()
      await fleet.kill(0)
      await delay(8000)
      await fleet.provider.script('words', script)
      const ended = await until(async () => {
        await delay(1000)
        return (await fleet.runs()).length === 0
      }, 150_000)
      if (!ended) broken.push('not all answers had ended 150 s after the kill')
      const took = Date.now() - killedAt
      for (const answer of answers) {
        const stored = await fleet.stored(answer)
        const read = readScriptedWords(stored.text, words)
        if (stored.status !== 'done') broken.push(`“${answer.question}” is stored as ${stored.status}`)
        if (read.problem !== undefined) broken.push(`“${answer.question}”: ${read.problem}`)
      }
      const later = (await fleet.provider.calls()).filter(({ at }) => at > killedAt)
      const peak = maxWithin(100, [...firstCalls(later).values()])
      if (peak > maxAtOnce) broken.push(`${peak} claimed in 0.1 s`)
      const first = Math.min(...later.map(({ at }) => at)) - killedAt
      return {
        measured: `${answers.length} answers complete ${seconds(took)} after the kill; first call after ${seconds(first)}, at most ${peak} claimed in 0.1 s, ${later.length} calls in all`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}

/** The time of the first of these calls for each question. */
function firstCalls(calls: ScriptedCall[]): Map<string, number> {
  const first = new Map<string, number>()
  for (const call of calls) {
    const question = questionOf(call)
    if (!first.has(question)) first.set(question, call.at)
  }
  return first
}

function maxWithin(ms: number, times: number[]): number {
  return Math.max(...times.map((at) => times.filter((one) => one >= at && one < at + ms).length))
}
