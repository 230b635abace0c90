import { readScriptedWords } from '../../test/support/scripted-provider.ts'
import type { Reader } from '../../test/support/reader.ts'
import type { Answer, Fleet } from './fleet.ts'

export interface Watched {
  answer: Answer
  readers: Reader[]
}

export interface Expected {
  /** The number of words of the whole answer. */
  words: number
  /**
   * True if the provider can continue a text, so that an answer may have words of several calls; otherwise of one call.
   */
  continues: boolean
  status?: string
}

/** Waits for the end of each answer. Returns one sentence for each difference between readers, store and provider. */
export async function checkAnswers(
  fleet: Fleet,
  watched: Watched[],
  { words, continues, status = 'done' }: Expected,
): Promise<string[]> {
  const broken: string[] = []
  await Promise.all(
    watched.map(async ({ answer, readers }) => {
      const report = (sentence: string): void => void broken.push(`“${answer.question}”: ${sentence}`)
      await Promise.all(
        readers.map((reader) => reader.finished(120_000).catch((error: unknown) => report(String(error)))),
      )
      const stored = await fleet.stored(answer)
      if (stored.status !== status)
        report(`stored as ${stored.status}, not ${status} (${stored.error?.message ?? 'no error'})`)
      const read = readScriptedWords(stored.text, words)
      if (read.problem !== undefined) report(read.problem)
      if (!continues && read.calls.length > 1)
        report(
          `words of calls ${read.calls.join(', ')} in one answer, although the provider cannot continue a text`,
        )
      for (const [index, reader] of readers.entries()) {
        if (reader.text !== stored.text)
          report(`reader ${index} shows ${reader.text.length} units, the store has ${stored.text.length}`)
      }
    }),
  )
  return broken
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
