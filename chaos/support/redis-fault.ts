import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { compare, seconds } from './compare.ts'
import type { Fleet, FleetOptions } from './fleet.ts'
import { allReady, askedOnce, healed, longestPause, startWatched, wordsCross } from './watched-answers.ts'
import type { WatchedAnswers } from './watched-answers.ts'

interface RedisFault {
  name: string
  /** What is done, as the beginning of the bound. */
  fault: string
  short?: boolean
  fleet?: FleetOptions
  answers?: number
  /** Length of the answers, s: longer than the fault. */
  lasts: number
  /** Most that a reader on the writing instance may wait, ms. */
  pauseMs?: number
  /** Breaks Redis and mends it again. Answers with what else is broken. */
  act: (fleet: Fleet, answers: WatchedAnswers) => Promise<string[]>
  /** Adds to what was measured. */
  tells?: (fleet: Fleet) => Promise<string> | string
}

const wordsPerSecond = 20

/**
 * A fault of Redis under running answers (P4): local readers do not pause, nobody is taken for dead, every instance
 * stays ready, every text is complete, and everything heals without a restart.
 */
export function redisFault({
  name,
  fault,
  short = false,
  fleet: options = {},
  answers = 12,
  lasts,
  pauseMs = 1000,
  act,
  tells,
}: RedisFault): Scenario {
  return {
    name,
    promise: 'P4',
    bound: `${fault} under ${answers} answers: local readers do not pause > ${seconds(pauseMs)}, no claim, ready throughout, all complete, nothing to complain of ≤ 15 s after`,
    short,
    async run(bench) {
      const words = lasts * wordsPerSecond
      const fleet = await bench.fleet({
        scripts: { words: { words, wordsPerSecond }, brief: { words: 20, wordsPerSecond: 40 } },
        ...options,
      })
      try {
        const started = await startWatched(fleet, answers)
        await delay(1500)
        const broken: string[] = []
        const during = act(fleet, started).then(async (found) => {
          broken.push(...found, ...(await allReady(fleet, 'after the fault')))
        })
        const pause = await longestPause(started.local, during)
        const mended = performance.now()
        broken.push(...(await healed(fleet, 15_000)))
        const heal = performance.now() - mended
        broken.push(...(await wordsCross(fleet)))
        broken.push(...(await compare(fleet, started.watched, { words, continues: true })))
        broken.push(...(await askedOnce(fleet, started.watched)))
        if (pause > pauseMs) broken.push(`a local reader saw nothing for ${seconds(pause)}`)
        const more = tells ? `; ${await tells(fleet)}` : ''
        return {
          measured: `${answers} answers done; longest pause of a local reader ${seconds(pause)}; healed ${seconds(heal)} after the end of the fault${more}`,
          broken,
        }
      } finally {
        await fleet.close()
      }
    },
  }
}
