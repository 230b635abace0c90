import { setTimeout as delay } from 'node:timers/promises'
import { cpuMicros } from './process-cost.ts'
import { shapes } from './shapes.ts'
import type { WordFeed } from './word-feed.ts'

const answers = 20
const windowMs = 4200

/** Lets the JIT compiler finish before measuring, because a server runs for days and compiles only at the beginning. */
export async function warmUp(feed: WordFeed): Promise<void> {
  await feed.start(answers, 'warm')
  await feed.ended()
}

/** CPU per word of 20 answers at full speed, µs, from before their start to after their end. */
export async function fullSpeedCost(feed: WordFeed): Promise<number> {
  const before = { cpu: cpuMicros(...feed.pids()), words: await feed.words() }
  await feed.start(answers, 'full')
  await feed.ended()
  const words = (await feed.words()) - before.words
  if (words !== answers * shapes.full.words) throw new Error(`${words} words arrived instead of all`)
  return (cpuMicros(...feed.pids()) - before.cpu) / words
}

/** CPU per word while 20 answers are written at 40 words/s, µs, without their start and end. */
export async function pacedCost(feed: WordFeed): Promise<number> {
  await feed.start(answers, 'paced')
  await delay(1300)
  const before = { cpu: cpuMicros(...feed.pids()), words: await feed.words() }
  await delay(windowMs)
  const cpu = cpuMicros(...feed.pids()) - before.cpu
  const words = (await feed.words()) - before.words
  const due = (answers * shapes.paced.wordsPerSecond * windowMs) / 1000
  if (words < 0.8 * due)
    throw new Error(`${words} words arrived in ${windowMs} ms instead of ${due}: the machine is too busy`)
  await feed.ended()
  return cpu / words
}
