/**
 * The words of the scripted provider: `c3w0017 ` is the eighteenth word, written by the third call. So a text shows
 * when words of several calls are mixed, repeated or missing.
 */
export function scriptedWords(call: number, total: number, given = ''): string[] {
  const complete = [...given.matchAll(/c\d+w(\d{4})(?=\s|$)/g)]
  const first = complete.length === 0 ? 0 : Number(complete.at(-1)?.[1]) + 1
  const words = Array.from({ length: Math.max(0, total - first) }, (_, place) => word(call, first + place))
  const next = words[0]
  if (next === undefined || given === '' || /\s$/.test(given)) return words
  return [joined(given, next), ...words.slice(1)]
}

const word = (call: number, number: number): string => `c${call}w${String(number).padStart(4, '0')} `

/** The rest of an incomplete word, or the next word after the missing space. */
function joined(given: string, next: string): string {
  const torn = /(?:^|\s)(c\d*)(w\d{0,3})?$/.exec(given)
  if (!torn) return ` ${next}`
  if (torn[2] !== undefined) return next.slice(next.indexOf('w') + torn[2].length)
  return torn[1] === 'c' ? next.slice(1) : next.slice(next.indexOf('w'))
}

export interface ReadWords {
  words: number
  /** The calls that wrote the text, in order. */
  calls: number[]
  /** What is wrong with the text; undefined if each word is there exactly once, in order. */
  problem: string | undefined
}

/** Checks a text of scripted words. With `total`, the text must have this number of words. */
export function readScriptedWords(text: string, total?: number): ReadWords {
  const calls: number[] = []
  let words = 0
  const say = (problem: string | undefined): ReadWords => ({ words, calls, problem })
  for (const token of text.split(/\s+/).filter(Boolean)) {
    const found = /^c(\d+)w(\d{4})$/.exec(token)
    if (!found) return say(`“${token}” after ${words} words is not a scripted word`)
    const [call, number] = [Number(found[1]), Number(found[2])]
    if (number !== words) return say(`word ${words} is missing or repeated: the text has “${token}”`)
    const before = calls.at(-1)
    if (before !== undefined && call < before)
      return say(`“${token}” of an earlier call follows a word of call ${before}`)
    if (call !== before) calls.push(call)
    words++
  }
  return say(total !== undefined && words !== total ? `${words} words instead of ${total}` : undefined)
}
