import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, median, seconds } from '../support/check-answers.ts'
import type { Watched } from '../support/check-answers.ts'
import type { Fleet, FleetOptions } from '../support/fleet.ts'
import { measureWaitsAfterKill } from '../support/waits-after-kill.ts'

const answers = 20
const wordsPerSecond = 100
const maxMs = 4000

/** After two kills, every answer still has an attempt left (rule 13), so they may follow each other soon. */
const twice = { indexes: [0, 1], words: 1600, betweenKillsMs: 3000 }
/**
 * Three kills, with enough time for each owner to write the 4 KB that reset the count of attempts before it is killed.
 */
const thrice = { indexes: [0, 1, 2], words: 3000, betweenKillsMs: 6500 }

interface Takeover {
  name: string
  bound: string
  short: boolean
  continues: boolean
  kills: typeof twice
  options: FleetOptions
}

/** Kills owners with SIGKILL one after another, while all instances write and read 20 answers. */
function takeover({ name, bound, short, continues, kills, options }: Takeover): Scenario {
  return {
    name,
    promise: 'P1',
    bound,
    short,
    alone: true,
    async run(bench) {
      const { indexes, words, betweenKillsMs } = kills
      const fleet = await bench.fleet({
        scripts: { words: { words, wordsPerSecond, continues: continues ? 'trailing' : 'none' } },
        ...options,
      })
      try {
        const watched: Watched[] = []
        for (let index = 0; index < answers; index++) {
          const answer = await fleet.startAnswer('words', `question ${index}`)
          watched.push({ answer, readers: [fleet.read(answer), fleet.read(answer)] })
        }
        const delays: number[] = []
        for (const index of indexes) {
          await delay(betweenKillsMs)
          delays.push(...(await killAndMeasure(fleet, index)))
          await fleet.restart(index)
        }
        const broken = await checkAnswers(fleet, watched, { words, continues })
        if (delays.length === 0) broken.push('no killed instance owned an answer: nothing was tested')
        const worst = Math.max(...delays)
        if (worst > maxMs) broken.push(`the provider was called again after ${seconds(worst)}`)
        const rewinds = watched
          .flatMap(({ readers }) => readers)
          .reduce((sum, { history }) => sum + history.rewinds + history.resets, 0)
        return {
          measured: `${delays.length} takeovers: provider called again after ${seconds(median(delays))} (median), ${seconds(worst)} (worst); ${answers} answers, ${answers * 2} readers, ${rewinds} rewinds`,
          broken,
        }
      } finally {
        await fleet.close()
      }
    },
  }
}

/** Kills one instance. Resolves, for each of its runs, with the time until the provider was called again. */
function killAndMeasure(fleet: Fleet, index: number): Promise<number[]> {
  const victim = fleet.instances[index]
  return measureWaitsAfterKill(fleet, {
    async kill() {
      await fleet.kill(index)
      fleet.api.url = fleet.urls()[0] ?? fleet.api.url
    },
    owns: (run) => victim !== undefined && fleet.ownerOf(run) === victim,
  })
}

export const takeovers: Scenario[] = [
  takeover({
    name: 'takeover',
    bound:
      'provider called again ≤ 4 s after each kill; no word lost or doubled; the text of every reader equals the store',
    short: true,
    continues: true,
    kills: twice,
    options: {},
  }),
  takeover({
    name: 'takeover-of-all',
    bound: 'the same, every instance killed once',
    short: false,
    continues: true,
    kills: thrice,
    options: {},
  }),
  takeover({
    name: 'takeover-anew',
    bound:
      'provider called again ≤ 4 s; an answer that cannot be resumed is regenerated, with the text of one call only',
    short: false,
    continues: false,
    kills: thrice,
    options: { env: { OPENAI_API_CONFIGS: '{"0":{"continues":"none"}}' } },
  }),
  takeover({
    name: 'takeover-without-redis',
    bound: 'the same with PostgreSQL alone',
    short: false,
    continues: true,
    kills: thrice,
    options: { redis: false },
  }),
]
