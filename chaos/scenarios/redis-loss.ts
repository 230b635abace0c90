import { setTimeout as delay } from 'node:timers/promises'
import type { Scenario } from '../scenario.ts'
import { compare, seconds } from '../support/compare.ts'
import type { Watched } from '../support/compare.ts'
import type { Fleet } from '../support/fleet.ts'
import { questionOf } from '../support/provider-process.ts'

const answers = 20

/** Each answer read once where it is written and once elsewhere. */
async function startAll(fleet: Fleet): Promise<{ watched: Watched[]; local: Watched['readers'] }> {
  const watched: Watched[] = []
  const local: Watched['readers'] = []
  for (let place = 0; place < answers; place++) {
    const urls = fleet.urls()
    const here = urls[place % urls.length] ?? ''
    const elsewhere = urls.filter((url) => url !== here)
    const answer = await fleet.ask('words', `question ${place}`, here)
    const atHome = fleet.read(answer, () => [here])
    local.push(atHome)
    watched.push({ answer, readers: [atHome, fleet.read(answer, () => elsewhere)] })
  }
  return { watched, local }
}

/** The longest time in which one of the readers saw no new word, until the promise settles. */
async function longestPause(readers: Watched['readers'], during: Promise<unknown>): Promise<number> {
  let worst = 0
  const state = { over: false }
  void during.finally(() => (state.over = true))
  while (!state.over) {
    const now = performance.now()
    for (const reader of readers) if (!reader.end) worst = Math.max(worst, now - reader.history.grewAt)
    await delay(20)
  }
  return worst
}

async function askedOnce(fleet: Fleet, watched: Watched[]): Promise<string[]> {
  const calls = await fleet.provider.calls()
  return watched.flatMap(({ answer }) => {
    const made = calls.filter((call) => questionOf(call) === answer.question).length
    return made === 1 ? [] : [`“${answer.question}” was asked ${made} times: somebody claimed it`]
  })
}

export const flush: Scenario = {
  name: 'redis-flushed',
  promise: 'P4',
  bound:
    'FLUSHALL under 20 answers and after a sign-out: no local reader pauses > 1 s, no claim, the signed-out token stays refused everywhere',
  short: true,
  async run(bench) {
    const words = 250
    const fleet = await bench.fleet({ scripts: { words: { words, wordsPerSecond: 25 } } })
    try {
      const signedOut = fleet.api.token
      await fleet.api.call('POST', '/api/auth/sign-out')
      await fleet.api.signIn()
      const { watched, local } = await startAll(fleet)
      await delay(2000)
      const flushes = (async () => {
        for (let time = 0; time < 3; time++) {
          await fleet.redis?.servers[0]?.admin.flushall()
          await delay(1500)
        }
      })()
      const pause = await longestPause(local, flushes)
      const broken = await compare(fleet, watched, { words, continues: true })
      broken.push(...(await askedOnce(fleet, watched)))
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

export const away: Scenario = {
  name: 'redis-away',
  promise: 'P4',
  bound:
    'Redis killed for 30 s under 20 answers: instances stay ready, sign-in works, no claim, local readers do not pause > 1 s, all complete',
  short: true,
  async run(bench) {
    const words = 900
    const fleet = await bench.fleet({ scripts: { words: { words, wordsPerSecond: 22 } } })
    try {
      const { watched, local } = await startAll(fleet)
      await delay(2000)
      const server = fleet.redis?.servers[0]
      const broken: string[] = []
      const outage = (async () => {
        await server?.kill()
        await delay(15_000)
        for (const url of fleet.urls()) {
          const ready = await fetch(`${url}/ready`)
          if (!ready.ok) broken.push(`${url} is not ready without Redis: ${await ready.text()}`)
        }
        await fleet.api.signIn()
        await delay(15_000)
        await server?.start()
      })()
      const pause = await longestPause(local, outage)
      broken.push(...(await compare(fleet, watched, { words, continues: true })))
      broken.push(...(await askedOnce(fleet, watched)))
      if (pause > 1000) broken.push(`a local reader saw nothing for ${seconds(pause)}`)
      return {
        measured: `30 s without Redis, ${answers} answers done; longest pause of a local reader ${seconds(pause)}; 0 claims`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}
