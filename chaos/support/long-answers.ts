import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Reader } from '../../test/support/reader.ts'
import { readScriptedWords } from '../../test/support/scripted-words.ts'
import { until } from './fleet.ts'
import type { Answer, Fleet } from './fleet.ts'

export interface LongFindings {
  answers: number
  wordsLost: number
  unfinished: number
  readersDiffer: number
  failures: string[]
}

const words = 2400
const sampleMs = 700

/** Keeps `atOnce` answers running, each with two readers and a record of the text that the store has acknowledged. */
export class LongAnswers {
  readonly #fleet: Fleet
  readonly #found: LongFindings = { answers: 0, wordsLost: 0, unfinished: 0, readersDiffer: 0, failures: [] }
  readonly #lanes: Promise<void>[]
  /** Read directly, because the instance that writes would add text that is not acknowledged yet. */
  readonly #store: pg.Pool
  #ending = false
  #started = 0

  constructor(fleet: Fleet, atOnce: number) {
    this.#fleet = fleet
    this.#store = new pg.Pool({ connectionString: fleet.databaseUrl, max: 2 })
    this.#lanes = Array.from({ length: atOnce }, () => this.#lane())
  }

  /** Waits until the running answers have ended, and resolves with the findings. */
  async end(): Promise<LongFindings> {
    this.#ending = true
    await Promise.all(this.#lanes)
    await this.#store.end()
    return this.#found
  }

  async #lane(): Promise<void> {
    while (!this.#ending) {
      const answer = await this.#startAnswer()
      if (answer) await this.#watch(answer)
      else await delay(200)
    }
  }

  /**
   * Retries the request, because an instance may be killed while it handles it. A repeated request has the same
   * outcome.
   */
  async #startAnswer(): Promise<Answer | undefined> {
    const number = this.#started++
    const request = { model: 'words', text: `question ${number}`, clientId: crypto.randomUUID() }
    for (let attempt = 0; attempt < 40; attempt++) {
      try {
        const urls = this.#fleet.urls()
        const url = urls[(number + attempt) % urls.length]
        return { ...(await this.#fleet.api.startRun(request, url)), question: request.text }
      } catch {
        await delay(200)
      }
    }
    this.#found.failures.push(`${request.text} could not be started in 40 attempts`)
    return undefined
  }

  async #watch(answer: Answer): Promise<void> {
    const readers = [this.#fleet.read(answer), this.#fleet.read(answer)]
    const samples: string[] = []
    const over = Promise.allSettled(readers.map((reader) => reader.finished(180_000)))
    const state = { over: false }
    void over.then(() => (state.over = true))
    while (!state.over) {
      const { rows } = await this.#store.query<{ text: string | null }>(
        `select string_agg(text, '' order by start) as text from shoal.run_part where run_id = $1`,
        [answer.runId],
      )
      if (rows[0]?.text) samples.push(rows[0].text)
      await Promise.race([over, delay(sampleMs)])
    }
    await this.#judge(answer, readers, samples)
  }

  async #judge(answer: Answer, readers: Reader[], samples: string[]): Promise<void> {
    const found = this.#found
    found.answers++
    let stored: { text: string; status: string } | undefined
    await until(async () => {
      stored = await this.#fleet.stored(answer).catch(() => undefined)
      return stored !== undefined && stored.status !== 'running'
    }, 20_000)
    if (!stored || stored.status !== 'done') {
      found.unfinished++
      found.failures.push(`“${answer.question}” is stored as ${stored?.status}`)
    }
    const { text = '' } = stored ?? {}
    const { problem, words: whole } = readScriptedWords(text, words)
    if (problem !== undefined) found.failures.push(`“${answer.question}”: ${problem}`)
    if (whole < words) found.wordsLost += words - whole
    // Text that the store had must never disappear or change.
    const lost = samples.filter((sample) => !text.startsWith(sample))
    for (const sample of lost) found.wordsLost += wordsBehind(sample, text)
    if (lost.length > 0) found.failures.push(`“${answer.question}” lost words that were in the store`)
    for (const reader of readers) {
      if (reader.text === text) continue
      found.readersDiffer++
      found.failures.push(
        `a reader of “${answer.question}” has ${reader.text.length} of ${text.length} units`,
      )
    }
  }
}

/** The number of words of `sample` after the position at which `text` differs from it. */
function wordsBehind(sample: string, text: string): number {
  let at = 0
  while (at < sample.length && sample[at] === text[at]) at++
  return sample.slice(at).split(' ').length
}
