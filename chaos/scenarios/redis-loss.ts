import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from '../support/check-answers.ts'
import { redisFault } from '../support/redis-fault.ts'
import { checkAllReady, checkCalledOnce, longestPause, startWatched } from '../support/watched-answers.ts'

const answers = 20

export const flush: Scenario = {
  name: 'redis-flushed',
  promise: 'P4',
  bound:
    'FLUSHALL during 20 answers and after a sign-out: no local reader pauses > 1 s, no claim, all instances still refuse the signed-out token',
  short: true,
  async run(bench) {
    const words = 160
    const fleet = await bench.fleet({ scripts: { words: { words, wordsPerSecond: 20 } } })
    try {
      const signedOut = fleet.api.token
      await fleet.api.call('POST', '/api/auth/sign-out')
      await fleet.api.signIn()
      const { watched, local } = await startWatched(fleet, answers)
      await delay(1500)
      const flushes = (async () => {
        for (let time = 0; time < 3; time++) {
          await fleet.redis?.servers[0]?.admin.flushall()
          await delay(1500)
        }
      })()
      const pause = await longestPause(local, flushes)
      const broken = await checkAnswers(fleet, watched, { words, continues: true })
      broken.push(...(await checkCalledOnce(fleet, watched)))
      if (pause > 1000) broken.push(`a local reader saw nothing for ${seconds(pause)}`)
      for (const url of fleet.urls()) {
        const response = await fetch(`${url}/api/auth/me`, {
          headers: { authorization: `Bearer ${signedOut}` },
        })
        if (response.status !== 401)
          broken.push(`${url} answers ${response.status} to a token that was signed out`)
      }
      return {
        measured: `3 flushes, ${answers} answers done; longest pause of a local reader ${seconds(pause)}; 0 claims`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}

/** Redis is killed and restarted empty. */
function away(name: string, awayMs: number, short: boolean): Scenario {
  return redisFault({
    name,
    fault: `Redis killed and restarted empty after ${awayMs / 1000} s, with a sign-in meanwhile,`,
    short,
    answers,
    durationS: awayMs / 1000 + 5,
    async act(fleet) {
      const server = fleet.redis?.servers[0]
      await server?.kill()
      await delay(awayMs / 2)
      const broken = await checkAllReady(fleet, 'without Redis')
      await fleet.api.signIn().catch((error: unknown) => broken.push(`sign-in failed: ${String(error)}`))
      await delay(awayMs / 2)
      await server?.start()
      return broken
    },
  })
}

export const redisLosses: Scenario[] = [
  flush,
  away('redis-away', 10_000, true),
  away('redis-away-60-s', 60_000, false),
]
