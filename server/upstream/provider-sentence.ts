import { cleanText } from '../base/index.ts'
import { asArray, asObject, asText } from './read-json.ts'

const most = 300

/**
 * What a provider says about its error, fit to be shown to a person: one line, at most 300 characters, no markup, no
 * raw JSON, nothing that looks like a key. Undefined when there is no such sentence. `secret` is the connection's key.
 */
export function providerSentence(body: unknown, secret: string | null): string | undefined {
  const said = findSentence(body)
  if (said === undefined || /<\/?[a-z!][^>]*>/i.test(said)) return undefined
  let line = cleanText(said).replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
  // A key of a few letters, as local servers take, is no secret, and would eat words.
  if (secret && secret.length >= 8) line = line.replaceAll(secret, '…')
  line = line.replace(/\b(?:sk|pk|rk|gsk|xai)[-_][\w*.-]{6,}|\bAIza[\w-]{10,}|\bBearer \S+/g, '…').trim()
  if (line === '' || /^[[{]/.test(line)) return undefined
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line
}

/** The places where the providers in use put it: OpenAI and most, vLLM, Ollama, FastAPI, plain text. */
function findSentence(body: unknown): string | undefined {
  if (typeof body === 'string') return body
  const object = asObject(Array.isArray(body) ? body[0] : body)
  if (!object) return undefined
  const error = asObject(object.error)
  const detail = asArray(object.detail).map((entry) => asText(asObject(entry)?.msg))
  return (
    asText(error?.message) ??
    asText(object.error) ??
    asText(object.message) ??
    asText(object.detail) ??
    detail.find((entry) => entry !== undefined)
  )
}
