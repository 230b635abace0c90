import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { compare, seconds } from '../support/compare.ts'
import { questionOf } from '../support/provider-process.ts'
import { until } from '../support/fleet.ts'

const wordsPerSecond = 18

/** An owner is stopped and comes back: its answer is another's by then. */
const zombie = (name: string, pausedMs: number, short: boolean): Scenario => ({
  name,
  promise: 'P1',
  bound: `0 words from an owner that was paused for ${pausedMs / 1000} s; its provider connections are closed`,
  short,
  async run(bench) {
    const words = Math.round((wordsPerSecond * (pausedMs + 5000)) / 1000)
    const fleet = await bench.fleet({ scripts: { words: { words, wordsPerSecond } } })
    try {
      const victim = fleet.instances[0]
      if (!victim) throw new Error('no instance')
      const watched = []
      for (let place = 0; place < 4; place++) {
        const answer = await fleet.ask('words', `question ${place}`, victim.url)
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
      const letGo =
        Math.max(
          ...calls.filter(({ call }) => before.includes(call)).map(({ endedAt }) => endedAt ?? Infinity),
        ) - awake
      const broken = await compare(fleet, watched, { words, continues: true })
      if (!closed) broken.push('the zombie still reads from its provider 15 s after it woke up')
      for (const { answer } of watched) {
        const made = calls.filter((call) => questionOf(call) === answer.question)
        if (made.length !== 2) broken.push(`“${answer.question}” was asked ${made.length} times, not 2`)
      }
      return {
        measured: `4 answers taken over; the zombie let go of its last provider ${seconds(letGo)} after it woke up; no text mixed`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
})

export const zombies: Scenario[] = [zombie('zombie', 8000, true), zombie('zombie-20-s', 20_000, false)]
