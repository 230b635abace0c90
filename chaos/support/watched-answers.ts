import { setTimeout as delay } from 'node:timers/promises'
import type { Reader } from '../../test/support/reader.ts'
import type { Watched } from './compare.ts'
import { until } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import { questionOf } from './provider-process.ts'

export interface WatchedAnswers {
  watched: Watched[]
  /** Readers on the instance that writes what they read. */
  local: Reader[]
  /** Readers on other instances. */
  remote: Reader[]
}

/** Starts answers in turn on every instance, each read once where it is written and once elsewhere. */
export async function startWatched(fleet: Fleet, count: number, model = 'words'): Promise<WatchedAnswers> {
  const all: WatchedAnswers = { watched: [], local: [], remote: [] }
  for (let place = 0; place < count; place++) {
    const urls = fleet.urls()
    const here = urls[place % urls.length] ?? ''
    const elsewhere = urls.filter((url) => url !== here)
    const answer = await fleet.ask(model, `question ${place}`, here)
    const atHome = fleet.read(answer, () => [here])
    const away = fleet.read(answer, () => elsewhere)
    all.local.push(atHome)
    all.remote.push(away)
    all.watched.push({ answer, readers: [atHome, away] })
  }
  return all
}

/** The longest time, ms, in which one of the readers saw no new word, until the promise settles. */
export async function longestPause(readers: Reader[], during: Promise<unknown>): Promise<number> {
  let worst = 0
  const state = { over: false }
  const over = (): void => void (state.over = true)
  during.then(over, over)
  while (!state.over) {
    const now = performance.now()
    for (const reader of readers) {
      if (!reader.end && reader.history.grewAt > 0) worst = Math.max(worst, now - reader.history.grewAt)
    }
    await delay(20)
  }
  await during
  return worst
}

/** Says of which answers the provider was asked more than once: somebody claimed what was not orphaned. */
export async function askedOnce(fleet: Fleet, watched: Watched[]): Promise<string[]> {
  const calls = await fleet.provider.calls()
  return watched.flatMap(({ answer }) => {
    const made = calls.filter((call) => questionOf(call) === answer.question).length
    return made === 1 ? [] : [`“${answer.question}” was asked ${made} times: somebody claimed it`]
  })
}

interface Ready {
  ready: boolean
  checks: { name: string; ok: boolean; problem?: string }[]
}

export async function readiness(url: string): Promise<Ready> {
  const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5000) })
  return (await response.json()) as Ready
}

/** Each instance that is not ready now, as a sentence. */
export async function allReady(fleet: Fleet, when: string): Promise<string[]> {
  const found = await Promise.all(
    fleet.urls().map(async (url) => {
      const { ready, checks } = await readiness(url)
      return ready ? [] : [`an instance is not ready ${when}: ${JSON.stringify(checks)}`]
    }),
  )
  return found.flat()
}

/** Waits until every instance says that it is ready and that nothing is wrong with Redis. */
export async function healed(fleet: Fleet, ms: number): Promise<string[]> {
  const broken = await Promise.all(
    fleet.urls().map(async (url) => {
      let last = ''
      const well = await until(async () => {
        const { ready, checks } = await readiness(url)
        last = JSON.stringify(checks)
        return ready && checks.every(({ ok }) => ok)
      }, ms)
      return well ? [] : [`an instance has not healed within ${ms / 1000} s: ${last}`]
    }),
  )
  return broken.flat()
}

/** Asks on each instance and reads on the next: whether words cross as they did before the fault. */
export async function wordsCross(fleet: Fleet): Promise<string[]> {
  const urls = fleet.urls()
  const broken = await Promise.all(
    urls.map(async (url, place) => {
      const answer = await fleet.ask('brief', `after the fault ${place}`, url)
      const reader = fleet.read(answer, () => [urls[(place + 1) % urls.length] ?? ''])
      try {
        await reader.finished(15_000)
      } catch (error) {
        return [`after the fault: ${String(error)}`]
      }
      const stored = await fleet.stored(answer)
      return reader.text === stored.text && stored.status === 'done'
        ? []
        : [`after the fault an answer is ${stored.status}, its reader has ${reader.text.length} units`]
    }),
  )
  return broken.flat()
}
