import { cleanText } from '../base/index.ts'
import { asObject } from './read-json.ts'

const most = 300
/** Looked at, of a provider's text, characters: it may repeat all that it was sent. */
const maxLooked = 2_048

/**
 * What a provider says about its error, fit to be shown to a person: one line, at most 300 characters, no markup, no
 * raw JSON, nothing that looks like a key. Undefined when there is no such sentence. `secret` is the connection's key.
 */
export function providerSentence(body: unknown, secret: string | null): string | undefined {
  const said = findSentence(body, 0)
  if (said === undefined || /<\/?[a-z!][^<>]*>/i.test(said)) return undefined
  let line = cleanText(said).replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
  // A key of a few letters, as local servers take, is no secret, and would eat words.
  if (secret && secret.length >= 8) line = line.replaceAll(secret, '…')
  line = line.replace(/\b(?:sk|pk|rk|gsk|xai)[-_][\w*.-]{6,}|\bAIza[\w-]{10,}|\bBearer \S+/g, '…').trim()
  if (line === '' || /^[[{]/.test(line)) return undefined
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line
}

/** Where providers put it, the best first: `message` of OpenAI, `detail` of FastAPI, `errors` of gateways, and so on. */
const fields = [
  'error',
  'errors',
  'message',
  'detail',
  'details',
  'msg',
  'description',
  'error_description',
  'error_message',
  'errorMessage',
  'reason',
  'title',
]

/** At most the first 2,048 characters of the sentence, however deep it stands. */
function findSentence(body: unknown, depth: number): string | undefined {
  if (depth > 6) return undefined
  if (typeof body === 'string') return unwrapped(body, depth)
  if (Array.isArray(body)) {
    for (const entry of body.slice(0, 10)) {
      const said = findSentence(entry, depth + 1)
      if (said !== undefined) return said
    }
    return undefined
  }
  const object = asObject(body)
  for (const field of object ? fields : []) {
    const said = findSentence(object?.[field], depth + 1)
    if (said !== undefined) return said
  }
  return undefined
}

/** Gateways often put the error of the provider behind them into theirs, as text. */
function unwrapped(text: string, depth: number): string | undefined {
  const start = cut(text).trim()
  if (!/^[[{"]/.test(start)) return start === '' ? undefined : start
  try {
    return findSentence(JSON.parse(text.slice(0, maxParsed)), depth + 1)
  } catch {
    // Not JSON: then it is shown as it is, unless it looks like JSON.
    return start
  }
}

const maxParsed = 65_536

/** Between two words, so that no key is cut in half and then not recognised. */
function cut(text: string): string {
  if (text.length <= maxLooked) return text
  const space = text.lastIndexOf(' ', maxLooked)
  return text.slice(0, space > 0 ? space : maxLooked)
}
