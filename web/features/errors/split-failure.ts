import type { RunError } from '../../../protocol/run.ts'
import { upstreamErrors } from '../../../protocol/upstream-errors.ts'

const maxShown = 500
/** Separates the server’s sentence from the provider’s own message in `message`. */
const quoteSeparator = ' It says: '

/** A failure of a model provider. Older servers and the messages that they stored have no `detail`. */
export type Failure = Pick<RunError, 'code' | 'message' | 'detail'>

export interface FailureParts {
  /** In the user’s language, if the page knows the reason or the code. */
  sentence: string
  /** The server’s English sentence, if it says more than the sentence of the code. */
  more: string | null
  /** The provider’s own message. */
  quoted: string | null
}

/** The page’s sentences for a failure; undefined if it has none. */
export interface FailureSentences {
  ofCode: string | undefined
  ofReason: string | undefined
}

/** The parts of a failure to show, so that nothing is said twice. */
export function splitFailure(failure: Failure, { ofCode, ofReason }: FailureSentences): FailureParts {
  const { said, quoted } = separateQuote(failure)
  if (ofReason !== undefined) return { sentence: ofReason, more: null, quoted }
  if (ofCode === undefined) return { sentence: said, more: null, quoted }
  const { code, detail } = failure
  const saysNoMore = detail === undefined ? said === generalSentence(code) : detail.reason === undefined
  return { sentence: ofCode, more: saysNoMore ? null : said.slice(0, maxShown), quoted }
}

/**
 * The failure with a `detail` that is read from its text, if it is one of the sentences that repeat the sentence of
 * their code. For older servers and stored messages.
 */
export function withDetail(failure: Failure): Failure {
  const [, status] = /^The model provider is unavailable \(status (\d{3})\)/.exec(failure.message) ?? []
  if (failure.detail !== undefined || status === undefined) return failure
  const { quoted: quote } = separateQuote(failure)
  const detail = { reason: 'bad_status', status: Number(status), ...(quote === null ? {} : { quote }) }
  return { ...failure, detail }
}

function separateQuote({ message, detail }: Failure): { said: string; quoted: string | null } {
  const quote = detail?.quote
  const at =
    quote === undefined
      ? message.indexOf(quoteSeparator)
      : message.endsWith(quoteSeparator + quote)
        ? message.length - quote.length - quoteSeparator.length
        : -1
  const quoted = quote ?? (at < 0 ? null : message.slice(at + quoteSeparator.length))
  return { said: at < 0 ? message : message.slice(0, at), quoted: quoted?.slice(0, maxShown) ?? null }
}

function generalSentence(code: string): string | undefined {
  return Object.hasOwn(upstreamErrors, code)
    ? upstreamErrors[code as keyof typeof upstreamErrors].message
    : undefined
}
