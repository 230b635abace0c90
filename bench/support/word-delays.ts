import { shapes } from './shapes.ts'

const apartMs = 1000 / shapes.team.wordsPerSecond
/** As the scripted provider writes words: the number of the call, then of the word. */
const scriptedWord = /c(\d+)w(\d{4}) /g

/** How late words arrive, ms. An answer’s earliest word, relative to the provider’s pace, counts as on time. */
export class WordDelays {
  readonly #answers = new Map<
    number,
    { onTime: number; firstAt: number; words: { number: number; at: number }[] }
  >()
  readonly #starts: number[] = []

  started(): void {
    this.#starts.push(performance.now())
  }

  read(text: string): void {
    const at = performance.now()
    for (const [, call, place] of text.matchAll(scriptedWord)) {
      const number = Number(place)
      const answer = this.#answers.get(Number(call)) ?? { onTime: Infinity, firstAt: at, words: [] }
      this.#answers.set(Number(call), answer)
      answer.onTime = Math.min(answer.onTime, at - number * apartMs)
      answer.words.push({ number, at })
    }
  }

  /** The 99th percentile of the words that arrived after `from`. */
  ofWords(from: number): number {
    const delays = [...this.#answers.values()].flatMap(({ onTime, words }) =>
      words.flatMap(({ number, at }) => (at < from ? [] : [at - number * apartMs - onTime])),
    )
    return percentile(delays)
  }

  /** The 99th percentile of the first words of answers that were started after `from`. */
  ofFirstWords(from: number): number {
    // Answers begin in the order of their starts, but their calls have other numbers.
    const firsts = [...this.#answers.values()].map(({ firstAt }) => firstAt).toSorted((a, b) => a - b)
    return percentile(
      this.#starts.flatMap((start, n) =>
        start < from ? [] : [(firsts[n] ?? Infinity) - start - shapes.team.firstWordMs],
      ),
    )
  }
}

function percentile(values: number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.floor(sorted.length * 0.99)] ?? Infinity
}
