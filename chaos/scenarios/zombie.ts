import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from '../support/check-answers.ts'
import { questionOf } from '../support/provider-process.ts'
import { until } from '../support/fleet.ts'

const wordsPerSecond = 18

/** Pauses an owner for longer than a lease, so that another instance owns its answers when it resumes. */
const zombie = (name: string, pausedMs: number, short: boolean): Scenario => ({
  name,
  promise: 'P1',
  bound: `0 words from an owner after it was paused for ${pausedMs / 1000} s; its provider connections are closed`,
  short,
  async run(bench) {
    const words = Math.round((wordsPerSecond * (pausedMs + 5000)) / 1000)
    const fleet = await bench.fleet({ scripts: { words: { words, wordsPerSecond } } })
    try {
      const victim = fleet.instances[0]
      if (!victim) throw new Error('no instance')
      const watched = []
      for (let index = 0; index < 4; index++) {
        const answer = await fleet.startAnswer('words', `question ${index}`, victim.url)
        watched.push({ answer, readers: [fleet.read(answer, () => [victim.url, ...fleet.urls()])] })
      }
      await delay(3000)
      const before = (await fleet.provider.calls()).map(({ call }) => call)
      fleet.api.url = fleet.urls()[1] ?? ''
      victim.kill('SIGSTOP')
      await delay(pausedMs)
      victim.kill('SIGCONT')
      const awake = Date.now()
      const closed = await until(async () => {
        const old = (await fleet.provider.calls()).filter(({ call }) => before.includes(call))
        return old.every(({ state }) => state !== 'open')
      }, 15_000)
      const calls = await fleet.provider.calls()
      const closedMs =
        Math.max(
          ...calls.filter(({ call }) => before.includes(call)).map(({ endedAt }) => endedAt ?? Infinity),
        ) - awake
      const broken = await checkAnswers(fleet, watched, { words, continues: true })
      if (!closed) broken.push('the paused owner still reads from the provider 15 s after it resumed')
      for (const { answer } of watched) {
        const made = calls.filter((call) => questionOf(call) === answer.question)
        if (made.length !== 2)
          broken.push(`“${answer.question}” was sent to the provider ${made.length} times, not 2`)
      }
      return {
        measured: `4 answers taken over; the paused owner closed its last provider connection ${seconds(closedMs)} after it resumed; no text mixed`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
})

export const zombies: Scenario[] = [zombie('zombie', 8000, true), zombie('zombie-20-s', 20_000, false)]
