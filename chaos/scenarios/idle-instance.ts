import type { Scenario } from '../scenario.ts'
import { checkAnswers } from '../support/check-answers.ts'
import type { Watched } from '../support/check-answers.ts'

const words = 160

/** Answers are written on one instance and read on a second. A third instance is not involved. */
export const idleInstance: Scenario = {
  name: 'idle-instance',
  promise: 'P10',
  bound:
    'an instance without a reader of an answer receives 0 messages about it; an instance with a reader receives them',
  short: true,
  async run(bench) {
    const fleet = await bench.fleet({ linked: true, scripts: { words: { words, wordsPerSecond: 25 } } })
    try {
      const [owner, reading] = fleet.instances
      const broken: string[] = []
      const watched: Watched[] = []
      for (let index = 0; index < 6; index++) {
        const answer = await fleet.startAnswer('words', `question ${index}`, owner?.url)
        for (const { redis } of fleet.links) redis?.countChunksWith(answer.runId)
        watched.push({ answer, readers: [fleet.read(answer, () => [reading?.url ?? ''])] })
      }
      const before = fleet.links.map(({ redis }) => redis?.received ?? 0)
      // Only the first two instances are queried, because a query would make the third load the answer.
      fleet.api.url = owner?.url ?? ''
      const wait = watched.flatMap(({ readers }) => readers.map((reader) => reader.finished(60_000)))
      await Promise.all(wait).catch((error: unknown) => broken.push(String(error)))
      const bytes = fleet.links.map(({ redis }, index) => (redis?.received ?? 0) - (before[index] ?? 0))
      const received = fleet.links.map(({ redis }) =>
        watched.reduce((sum, { answer }) => sum + (redis?.countChunksWith(answer.runId) ?? 0), 0),
      )
      broken.push(...(await checkAnswers(fleet, watched, { words, continues: true })))
      if ((received[1] ?? 0) < 20)
        broken.push(`the reading instance received only ${received[1]} messages: nothing was tested`)
      if (received[2] !== 0)
        broken.push(`the idle instance received ${received[2]} messages about answers without a reader there`)
      return {
        measured: `messages that name an answer: ${received[1]} to the reading instance, ${received[2]} to the idle one (bytes from Redis ${bytes.join(' / ')})`,
        broken,
      }
    } finally {
      await fleet.close()
    }
  },
}
