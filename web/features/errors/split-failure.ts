import { upstreamErrors } from '../../../protocol/upstream-errors.ts'

const mostShown = 500
/** Stands between the server's sentence and the provider's own words (`server/upstream/provider-refusal.ts`). */
const quotes = ' It says: '

export interface FailureParts {
  /** In the reader's language, or the server's own where that begins with the same words and tells more. */
  sentence: string
  /** What the server's English sentence tells beyond the general one of its code. */
  more: string | null
  /** The provider's own words. */
  quoted: string | null
}

/** Takes what the server says of a provider's failure apart, so that nothing is said twice in two languages. */
export function splitFailure(code: string, message: string, sentence: string | undefined): FailureParts {
  if (sentence === undefined) return { sentence: message, more: null, quoted: null }
  const at = message.indexOf(quotes)
  const said = at < 0 ? message : message.slice(0, at)
  const quoted = at < 0 ? null : message.slice(at + quotes.length, at + quotes.length + mostShown)
  const general = Object.hasOwn(upstreamErrors, code)
    ? upstreamErrors[code as keyof typeof upstreamErrors].message
    : undefined
  if (said === general) return { sentence, more: null, quoted }
  const more = said.slice(0, mostShown)
  const repeats = more.startsWith(sentence.replace(/\.$/, ''))
  return repeats ? { sentence: more, more: null, quoted } : { sentence, more, quoted }
}
