import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { seededRandom } from './support/seeded-random.ts'
import type { Bench } from './support/bench.ts'
import type { Fleet } from './support/fleet.ts'
import { LongAnswers } from './support/long-answers.ts'

interface LongState {
  seed: string
  kills: number
  answers: number
  /** The number of kills of an instance that was writing at least one answer. */
  hits: number
  wordsLost: number
  unfinished: number
  readersDiffer: number
  failures: string[]
}

const file = join(import.meta.dirname, '../.cache/chaos/long.json')
/** The number of kills per fleet. The counts are saved after each fleet, so that an interrupted run can be resumed. */
const killsPerFleet = 20
const pause = { min: 4000, max: 7500 }

/**
 * Kills instances at random moments while answers are written and read, and counts violations of the promise. The seed
 * determines the moments; an interrupted run with the same seed resumes after its last counted fleet. Resolves with
 * true if the promise was kept.
 */
export async function runLong(
  bench: Bench,
  { kills, seed = `${Math.floor(Math.random() * 1e9)}` }: { kills: number; seed?: string | undefined },
): Promise<boolean> {
  if (!Number.isInteger(kills) || kills < 1) {
    console.error('--long needs the number of kills, a whole number of at least 1. Example: --long 200')
    return false
  }
  const state = readState(seed)
  console.log(`seed ${seed}: ${kills} kills${state.kills > 0 ? `, ${state.kills} of them already done` : ''}`)
  while (state.kills < kills) {
    await oneFleet(bench, state, Math.min(killsPerFleet, kills - state.kills))
    writeState(state)
    console.log(line(state))
  }
  for (const failure of state.failures.slice(0, 20)) console.log(`       broken:   ${failure}`)
  const kept = state.wordsLost + state.unfinished + state.readersDiffer + state.failures.length === 0
  console.log(`${kept ? 'kept  ' : 'BROKEN'} P1 long, seed ${seed}: ${line(state)}`)
  return kept
}

function line(state: LongState): string {
  const { kills, hits, answers, wordsLost, unfinished, readersDiffer } = state
  return `${kills} kills (${hits} of an instance that was writing), ${answers} answers: ${wordsLost} acknowledged words lost, ${unfinished} answers unfinished, ${readersDiffer} readers that differ from the store`
}

async function oneFleet(bench: Bench, state: LongState, kills: number): Promise<void> {
  const random = seededRandom(`${state.seed} ${state.kills}`)
  const fleet = await bench.fleet({
    scripts: { words: { words: 2400, wordsPerSecond: 160 } },
  })
  const answers = new LongAnswers(fleet, 8)
  try {
    for (let kill = 0; kill < kills; kill++) {
      await delay(pause.min + random() * (pause.max - pause.min))
      const index = Math.floor(random() * fleet.instances.length)
      if (await isWriting(fleet, index)) state.hits++
      await fleet.kill(index)
      await fleet.restart(index)
    }
  } finally {
    const found = await answers.end()
    state.kills += kills
    state.answers += found.answers
    state.wordsLost += found.wordsLost
    state.unfinished += found.unfinished
    state.readersDiffer += found.readersDiffer
    state.failures.push(...found.failures)
    await fleet.close()
  }
}

async function isWriting(fleet: Fleet, index: number): Promise<boolean> {
  const victim = fleet.instances[index]
  const runs = await fleet.runs().catch(() => [])
  return runs.some((run) => victim !== undefined && fleet.ownerOf(run) === victim)
}

function readState(seed: string): LongState {
  const fresh = { kills: 0, answers: 0, hits: 0, wordsLost: 0, unfinished: 0, readersDiffer: 0 }
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as LongState
    if (state.seed === seed) return state
  } catch {
    // There is no saved state yet.
  }
  return { seed, ...fresh, failures: [] }
}

function writeState(state: LongState): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(state, undefined, 2))
}
