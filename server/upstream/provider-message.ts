import { cleanText } from '../base/index.ts'
import { asObject } from './read-json.ts'

/** The maximum length of the sentence, in characters. */
const maxLength = 300
/** How much of a provider's text is processed, in characters: it may repeat the whole prompt. */
const maxRead = 2_048

/**
 * The provider's own error message in a form that may be shown to users: one line of at most 300 characters, without
 * markup, raw JSON, or anything that looks like a key. Undefined without such a message. `secret` is the connection's
 * key.
 */
export function providerMessage(body: unknown, secret: string | null): string | undefined {
  const said = findMessage(body, 0)
  if (said === undefined || /<\/?[a-z!][^<>]*>/i.test(said)) return undefined
  let line = cleanText(said).replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
  // A key of a few letters, as used with local servers, is not secret, and removing it could remove ordinary words.
  if (secret && secret.length >= 8) line = line.replaceAll(secret, '…')
  line = line.replace(/\b(?:sk|pk|rk|gsk|xai)[-_][\w*.-]{6,}|\bAIza[\w-]{10,}|\bBearer \S+/g, '…').trim()
  if (line === '' || /^[[{]/.test(line)) return undefined
  return line.length > maxLength ? `${line.slice(0, maxLength - 1).trimEnd()}…` : line
}

/** Fields that may hold the message, in order of preference: `message` of OpenAI, `detail` of FastAPI, and so on. */
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

/** The first 2,048 characters of the message, from up to seven levels of nesting. */
function findMessage(body: unknown, depth: number): string | undefined {
  if (depth > 6) return undefined
  if (typeof body === 'string') return findInText(body, depth)
  if (Array.isArray(body)) {
    for (const entry of body.slice(0, 10)) {
      const said = findMessage(entry, depth + 1)
      if (said !== undefined) return said
    }
    return undefined
  }
  const object = asObject(body)
  for (const field of object ? fields : []) {
    const said = findMessage(object?.[field], depth + 1)
    if (said !== undefined) return said
  }
  return undefined
}

/** Gateways often put the JSON error of their provider into their own error, as text. */
function findInText(text: string, depth: number): string | undefined {
  const start = shorten(text).trim()
  if (!/^[[{"]/.test(start)) return start === '' ? undefined : start
  try {
    return findMessage(JSON.parse(text.slice(0, maxParsed)), depth + 1)
  } catch {
    // Not valid JSON: the caller shows the text unless it begins like JSON.
    return start
  }
}

const maxParsed = 65_536

/** Shortens a text between two words: half of a key would not be recognised as a key. */
function shorten(text: string): string {
  if (text.length <= maxRead) return text
  const space = text.lastIndexOf(' ', maxRead)
  return text.slice(0, space > 0 ? space : maxRead)
}
