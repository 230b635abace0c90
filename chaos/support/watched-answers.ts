import { setTimeout as delay } from 'node:timers/promises'
import type { Reader } from '../../test/support/reader.ts'
import type { Watched } from './check-answers.ts'
import { until } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import { questionOf } from './provider-process.ts'

export interface WatchedAnswers {
  watched: Watched[]
  /** Readers on the instance that writes their answer. */
  local: Reader[]
  /** Readers on other instances. */
  remote: Reader[]
}

/**
 * Starts answers on all instances in turn. Each has one reader on the instance that writes it and one on the others.
 */
export async function startWatched(fleet: Fleet, count: number, model = 'words'): Promise<WatchedAnswers> {
  const all: WatchedAnswers = { watched: [], local: [], remote: [] }
  for (let index = 0; index < count; index++) {
    const urls = fleet.urls()
    const here = urls[index % urls.length] ?? ''
    const elsewhere = urls.filter((url) => url !== here)
    const answer = await fleet.startAnswer(model, `question ${index}`, here)
    const atHome = fleet.read(answer, () => [here])
    const away = fleet.read(answer, () => elsewhere)
    all.local.push(atHome)
    all.remote.push(away)
    all.watched.push({ answer, readers: [atHome, away] })
  }
  return all
}

/** The longest time in ms, until the promise settles, in which a reader received no new text. */
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

/**
 * Returns one sentence for each answer with more than one provider call, because an instance claimed it from a live
 * owner.
 */
export async function checkCalledOnce(fleet: Fleet, watched: Watched[]): Promise<string[]> {
  const calls = await fleet.provider.calls()
  return watched.flatMap(({ answer }) => {
    const made = calls.filter((call) => questionOf(call) === answer.question).length
    return made === 1
      ? []
      : [`“${answer.question}” was sent to the provider ${made} times: an instance claimed it`]
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

/** Returns one sentence for each instance that is not ready now. */
export async function checkAllReady(fleet: Fleet, when: string): Promise<string[]> {
  const found = await Promise.all(
    fleet.urls().map(async (url) => {
      const { ready, checks } = await readiness(url)
      return ready ? [] : [`an instance is not ready ${when}: ${JSON.stringify(checks)}`]
    }),
  )
  return found.flat()
}

/** Waits until every instance reports that it is ready and that none of its checks fails. */
export async function checkRecovered(fleet: Fleet, ms: number): Promise<string[]> {
  const broken = await Promise.all(
    fleet.urls().map(async (url) => {
      let last = ''
      const well = await until(async () => {
        const { ready, checks } = await readiness(url)
        last = JSON.stringify(checks)
        return ready && checks.every(({ ok }) => ok)
      }, ms)
      return well ? [] : [`an instance has not recovered within ${ms / 1000} s: ${last}`]
    }),
  )
  return broken.flat()
}

/** Starts an answer on each instance and reads it on the next, to check that text is delivered between instances. */
export async function checkDelivery(fleet: Fleet): Promise<string[]> {
  const urls = fleet.urls()
  const broken = await Promise.all(
    urls.map(async (url, index) => {
      const answer = await fleet.startAnswer('brief', `after the fault ${index}`, url)
      const reader = fleet.read(answer, () => [urls[(index + 1) % urls.length] ?? ''])
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
