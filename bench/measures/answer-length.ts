import type { Measure, Row } from '../measure.ts'
import { cpuMicros, cpuOfChildren, spentBetween } from '../support/process-cost.ts'
import type { World } from '../support/world.ts'
import { micros } from '../support/write-figure.ts'

const answers = 5
/** The CPU time is measured between these two words of each answer. */
const early = [100, 4000] as const
const late = [6000, 9900] as const

/** Compares the beginning and the end of long answers: a cost that grows with the length of the text shows there. */
export const answerLength: Measure = {
  name: 'length',
  about: 'CPU of a word at the beginning of a long answer and at its end, in the instance and in PostgreSQL',
  async run(world: World): Promise<Row[]> {
    const feed = await world.local()
    const { socket } = feed
    const postgres = (await world.postgres()).pid()
    const best = { shoal: [Infinity, Infinity], store: [Infinity, Infinity] }
    for (let round = 0; round < 2; round++) {
      const before = socket.words
      const spent = async ([from, to]: readonly [number, number]): Promise<number[]> => {
        await socket.until(() => socket.words - before >= from * answers, `word ${from}`)
        const mark = { words: socket.words, cpu: cpuMicros(...feed.pids()), store: cpuOfChildren(postgres) }
        await socket.until(() => socket.words - before >= to * answers, `word ${to}`)
        const words = socket.words - mark.words
        const cpu = cpuMicros(...feed.pids()) - mark.cpu
        return [cpu / words, spentBetween(mark.store, cpuOfChildren(postgres)) / words]
      }
      await feed.start(answers, 'long')
      for (const [index, window] of [early, late].entries()) {
        const [shoal = 0, stored = 0] = await spent(window)
        best.shoal[index] = Math.min(best.shoal[index] ?? Infinity, shoal)
        best.store[index] = Math.min(best.store[index] ?? Infinity, stored)
      }
      await feed.ended()
    }
    return [
      row('length', 'a word behind 6,000 others, against one behind 100', best.shoal),
      row('length/store', 'the same in PostgreSQL', best.store),
    ]
  },
}

/** The budget 1.2 means equal, with a tolerance for the noise of a shared machine. */
function row(name: string, what: string, [first = 0, last = 0]: number[]): Row {
  return {
    name,
    what,
    measured: micros(last),
    bare: `early ${micros(first)}`,
    ratio: last / first,
    budget: 1.2,
    budgetText: 'the same (≤ 1.2)',
  }
}
