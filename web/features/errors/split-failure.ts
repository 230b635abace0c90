import { upstreamErrors } from '../../../protocol/upstream-errors.ts'

const maxShown = 500
/** Separates the server’s sentence from the provider’s own message (`server/upstream/provider-refusal.ts`). */
const quoteSeparator = ' It says: '

export interface FailureParts {
  /** In the user’s language; the server’s own sentence if it starts with the same words and is more specific. */
  sentence: string
  /** The server’s English sentence, if it says more than the general sentence of its code. */
  more: string | null
  /** The provider’s own message. */
  quoted: string | null
}

/**
 * Splits the server’s message about a provider failure into its parts, so that nothing is said twice in two languages.
 */
export function splitFailure(code: string, message: string, sentence: string | undefined): FailureParts {
  if (sentence === undefined) return { sentence: message, more: null, quoted: null }
  const at = message.indexOf(quoteSeparator)
  const said = at < 0 ? message : message.slice(0, at)
  const quoted =
    at < 0 ? null : message.slice(at + quoteSeparator.length, at + quoteSeparator.length + maxShown)
  const general = Object.hasOwn(upstreamErrors, code)
    ? upstreamErrors[code as keyof typeof upstreamErrors].message
    : undefined
  if (said === general) return { sentence, more: null, quoted }
  const more = said.slice(0, maxShown)
  const repeats = more.startsWith(sentence.replace(/\.$/, ''))
  return repeats ? { sentence: more, more: null, quoted } : { sentence, more, quoted }
}
