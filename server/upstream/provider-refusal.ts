import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { errorCatalogue } from '../../protocol/index.ts'
import type { Clock } from '../base/index.ts'
import { createAnswerParser } from './answer-parser.ts'
import { providerMessage } from './provider-message.ts'
import { readBody } from './read-body.ts'
import { asObject } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import { UpstreamError } from './upstream-error.ts'
import type { UpstreamDetail, UpstreamErrorCode } from './upstream-error.ts'

const dayMs = 86_400_000

/** A response with a status other than 2xx. */
export interface Refusal {
  status: number
  headers: IncomingHttpHeaders
  /** The first 64 KB of the body, unchanged. To be analysed, never to be shown. */
  text: string
}

export interface RefusalContext {
  /** The connection's key, to remove it from the message. */
  key: string | null
  model?: string
}

export function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300
}

export async function readRefusal(response: IncomingMessage, signal: AbortSignal): Promise<Refusal> {
  const text = await readBody(response, { maxBytes: 65_536, cut: true, ms: 5_000 }, signal)
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

/** Converts a provider's refusal to an error of the catalogue. */
export function refusalError(refusal: Refusal, context: RefusalContext, clock: Clock): UpstreamError {
  const { status, headers, text } = refusal
  const body = parseLoosely(text)
  const code = codeOfStatus(status, errorTexts(body))
  const quote = providerMessage(body, context.key)
  const retryAfterMs = retryAfter(headers, clock)
  const wait = code === 'upstream_rate_limited' || code === 'upstream_unreachable' ? retryAfterMs : undefined
  return new UpstreamError(code, {
    ...explain(code, status, context, quote),
    status,
    reported: errorFields(body),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  })
}

/** Converts an error within an answer's stream. Some providers put an HTTP status into its `code`, others a word. */
export function frameError(frame: unknown, key: string | null): UpstreamError {
  const error = firstObject(asObject(frame)?.error) ?? asObject(frame) ?? {}
  const status = Number(error.code ?? error.status)
  const text = errorTexts(frame)
  const code =
    status >= 400 && status < 500 ? codeOfStatus(status, text) : (codeOfTexts(text) ?? 'upstream_broke_off')
  return new UpstreamError(code, {
    ...explain(code, status, { key }, providerMessage(frame, key)),
    reported: errorFields(frame),
    ...(Number.isInteger(status) ? { status } : {}),
  })
}

function firstObject(value: unknown): JsonObject | undefined {
  return asObject(Array.isArray(value) ? value[0] : value)
}

/** How much of each text in an error is matched, in characters: a provider may repeat the whole prompt in it. */
const maxMatched = 2_048

/** The first eight texts of an error, to find its kind. Each is shortened before any pattern is applied to it. */
function errorTexts(body: unknown): string {
  const found: string[] = []
  const collect = (value: unknown, depth: number): void => {
    if (found.length >= 8 || depth > 6) return
    if (typeof value === 'string') found.push(value.slice(0, maxMatched))
    else if (typeof value === 'object' && value !== null) {
      for (const entry of Object.values(value).slice(0, 20)) collect(entry, depth + 1)
    }
  }
  collect(body, 0)
  return found.join('\n')
}

/** The error code and the field that a provider names, if they look like identifiers. */
function errorFields(body: unknown): { code?: string; param?: string } {
  const object = firstObject(body)
  const { code, param } = asObject(object?.error) ?? object ?? {}
  return {
    ...(isIdentifier(code) ? { code } : {}),
    ...(isIdentifier(param) ? { param } : {}),
  }
}

const isIdentifier = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w.[\]-]{1,100}$/.test(value)

function codeOfStatus(status: number, text: string): UpstreamErrorCode {
  const code = codeOfTexts(text)
  if (status === 401) return 'upstream_key_refused'
  if (status === 403) return code === 'upstream_filtered' ? code : 'upstream_key_refused'
  // Waiting does not restore an exhausted quota, although some providers report it with status 429.
  if (status === 402 || /insufficient_quota|insufficient (credit|balance|funds)/i.test(text)) {
    return 'upstream_refused'
  }
  if (status === 413) return 'upstream_context_too_long'
  if (status === 429) return 'upstream_rate_limited'
  if (status === 408 || status >= 500) {
    return code === 'upstream_context_too_long' ? code : 'upstream_unreachable'
  }
  if (status >= 300 && status < 400) return 'upstream_refused'
  return code ?? 'upstream_refused'
}

const tooLong =
  /context_length_exceeded|exceed_context_size|context (length|window|size|limit)|maximum context|prompt is too long|too many (input )?tokens|tokens? (count )?\S* ?exceeds? the maximum|reduce the length|input (length|is too long)|string_above_max_length/i
const filtered =
  /content_filter|content filter|content_policy|content management policy|ResponsibleAIPolicy|moderation|flagged|safety (system|settings)/i
const limited = /rate_limit|rate limit|too many requests|overloaded/i

/** Finds the kind of an error by known phrases and codes in its texts. */
function codeOfTexts(text: string): UpstreamErrorCode | undefined {
  if (tooLong.test(text)) return 'upstream_context_too_long'
  if (filtered.test(text)) return 'upstream_filtered'
  return limited.test(text) ? 'upstream_rate_limited' : undefined
}

/** The message of a refusal, and its parts. */
function explain(
  code: UpstreamErrorCode,
  status: number,
  context: RefusalContext,
  quote: string | undefined,
): { message: string; detail?: UpstreamDetail } {
  const known = findReason(code, status, context)
  const sentence = known?.sentence ?? errorCatalogue[code].message
  const detail = { ...known?.detail, ...(quote === undefined ? {} : { quote }) }
  return {
    message: quote === undefined ? sentence : `${sentence} It says: ${quote}`,
    ...(Object.keys(detail).length === 0 ? {} : { detail }),
  }
}

interface KnownReason {
  sentence: string
  detail: UpstreamDetail
}

function findReason(
  code: UpstreamErrorCode,
  status: number,
  { key, model }: RefusalContext,
): KnownReason | undefined {
  if (code === 'upstream_key_refused' && key === null) {
    return {
      sentence: 'The model provider requires an API key, and this connection has none: add one.',
      detail: { reason: 'key_missing' },
    }
  }
  if (code === 'upstream_unreachable') {
    return {
      sentence: `The model provider is unavailable (status ${status}). Try again in a moment.`,
      detail: { reason: 'bad_status', status },
    }
  }
  return code === 'upstream_refused' ? refusalReason(status, model) : undefined
}

function refusalReason(status: number, model: string | undefined): KnownReason | undefined {
  if (status >= 300 && status < 400) {
    return {
      sentence: 'The model provider redirects to another address. Enter that address in the connection.',
      detail: { reason: 'redirected' },
    }
  }
  switch (status) {
    case 402:
      return {
        sentence:
          'The account at the model provider has no credit left. Add credit, or choose another model.',
        detail: { reason: 'no_credit' },
      }
    case 404: {
      const named = model === undefined ? 'this model' : `the model “${model}”`
      return {
        sentence: `The model provider does not know ${named}, or the connection's address is not complete. Check both.`,
        detail: { reason: 'model_not_found', ...(model === undefined ? {} : { model }) },
      }
    }
    case 407:
      return {
        sentence: 'The proxy (HTTP_PROXY) requires a user name and password. Add them to its address.',
        detail: { reason: 'proxy_needs_password' },
      }
    case 429:
      return {
        sentence:
          "The quota at the model provider is used up, and waiting doesn't help. Raise it, or choose another model.",
        detail: { reason: 'quota_used_up' },
      }
    default:
      return undefined
  }
}

/** Parses JSON, server-sent events or lines with JSON; otherwise returns the text, which may be the error message. */
function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return firstStreamElement(text) ?? text
  }
}

function firstStreamElement(text: string): unknown {
  let found: unknown
  const parser = createAnswerParser({
    onObject: (object) => (found ??= object),
    onDone: () => undefined,
    onErrorText: (said) => (found ??= said),
    onSkippedLine: () => undefined,
  })
  try {
    parser.push(Buffer.from(text))
    parser.end()
  } catch {
    // The text is truncated or damaged: the object found before that is used.
  }
  return found
}

/**
 * The pause that a provider requests before a retry, ms, at most one day. It reads `Retry-After` in seconds or as a
 * date (RFC 9110, 10.2.3), and prefers the finer `retry-after-ms` of OpenAI and Azure. Undefined without a valid
 * header.
 */
export function retryAfter(headers: IncomingHttpHeaders, clock: Clock): number | undefined {
  const fine = headers['retry-after-ms']
  const coarse = headers['retry-after']
  const ms = typeof fine === 'string' && /^\d+(\.\d+)?$/.test(fine) ? Number(fine) : undefined
  return clampPause(ms ?? (coarse === undefined ? undefined : parseRetryAfter(coarse.trim(), clock)))
}

function parseRetryAfter(value: string, clock: Clock): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : at - clock.now()
}

function clampPause(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(Math.min(Math.max(ms, 0), dayMs))
}
