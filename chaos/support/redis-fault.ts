import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from './check-answers.ts'
import type { Fleet, FleetOptions } from './fleet.ts'
import {
  checkAllReady,
  checkCalledOnce,
  checkRecovered,
  longestPause,
  startWatched,
  checkDelivery,
} from './watched-answers.ts'
import type { WatchedAnswers } from './watched-answers.ts'

interface RedisFault {
  name: string
  /** A description of the fault, with which the bound begins. */
  fault: string
  short?: boolean
  fleet?: FleetOptions
  answers?: number
  /** The duration of the answers in seconds; longer than the fault. */
  durationS: number
  /** The maximum pause of a reader on the writing instance, ms. */
  pauseMs?: number
  /** Breaks Redis and repairs it. Resolves with further violations. */
  act: (fleet: Fleet, answers: WatchedAnswers) => Promise<string[]>
  /** Returns an addition to the measurement. */
  measureMore?: (fleet: Fleet) => Promise<string> | string
}

const wordsPerSecond = 20

/**
 * A fault of Redis during running answers (P4). Local readers do not pause, no live instance is judged dead, every
 * instance stays ready, every text is complete, and all instances recover without a restart.
 */
export function redisFault({
  name,
  fault,
  short = false,
  fleet: options = {},
  answers = 12,
  durationS,
  pauseMs = 1000,
  act,
  measureMore,
}: RedisFault): Scenario {
  return {
    name,
    promise: 'P4',
    bound: `${fault} during ${answers} answers: local readers do not pause > ${seconds(pauseMs)}, no claim, always ready, all answers complete, no problem reported ≤ 15 s after the fault`,
    short,
    async run(bench) {
      const words = durationS * wordsPerSecond
      const fleet = await bench.fleet({
        scripts: { words: { words, wordsPerSecond }, brief: { words: 20, wordsPerSecond: 40 } },
        ...options,
      })
      try {
        const started = await startWatched(fleet, answers)
        await delay(1500)
        const broken: string[] = []
        const during = act(fleet, started).then(async (found) => {
          broken.push(...found, ...(await checkAllReady(fleet, 'after the fault')))
        })
        const pause = await longestPause(started.local, during)
        const repairedAt = performance.now()
        broken.push(...(await checkRecovered(fleet, 15_000)))
        const recoveryMs = performance.now() - repairedAt
        broken.push(...(await checkDelivery(fleet)))
        broken.push(...(await checkAnswers(fleet, started.watched, { words, continues: true })))
        broken.push(...(await checkCalledOnce(fleet, started.watched)))
        if (pause > pauseMs) broken.push(`a local reader saw nothing for ${seconds(pause)}`)
        const more = measureMore ? `; ${await measureMore(fleet)}` : ''
        return {
          measured: `${answers} answers done; longest pause of a local reader ${seconds(pause)}; recovered ${seconds(recoveryMs)} after the end of the fault${more}`,
          broken,
        }
      } finally {
        await fleet.close()
      }
    },
  }
}
