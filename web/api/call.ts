import type { OperationName, ResponseOf } from '../../protocol/http/index.ts'
import { createListeners } from '../base/listeners.ts'
import { ApiError, toApiError } from './api-error.ts'
import { withBase } from './base-path.ts'
import { noteServerTime } from './server-clock.ts'
import { operationPaths } from './operation-paths.ts'
import { fetchOnce, fetchHedged } from './fetch-hedged.ts'
import type { Reply } from './fetch-hedged.ts'
import type { ArgsOf } from './operation-types.ts'

/** Longest wait for a response, ms. Long enough for the slowest operation, the test of a provider. */
const requestDeadlineMs = 20_000

interface LooseInput {
  params?: Record<string, string> | undefined
  query?: Record<string, string | number | undefined> | undefined
  body?: unknown
}

const expired = createListeners()

/** Adds a listener for the end of the session. Returns a function that removes it. */
export const onSessionExpired = expired.add

/**
 * Notifies the listeners of `onSessionExpired`. Called by code that learns of the end of the session in another way.
 */
export const notifySessionExpired = expired.notify

/**
 * Calls an operation of the server by its name. Throws `ApiError`, also if the server is unreachable or does not
 * respond within `requestDeadlineMs`.
 */
export async function call<K extends OperationName>(
  name: K,
  ...[input, signal]: ArgsOf<K>
): Promise<ResponseOf<K>> {
  const [method = 'GET', path = ''] = operationPaths[name].split(' ')
  const loose: LooseInput = input ?? {}
  const reply = await send(method, withBase(addressOf(path, loose)), loose.body, signal)
  noteServerTime(reply.headers.get('date'))
  const body = parse(reply)
  if (reply.ok && body !== undefined) return body as ResponseOf<K>
  const error = toApiError(reply.status, body)
  if (error.code === 'unauthenticated') notifySessionExpired()
  throw error
}

/** Fills the parameters of an operation into its path. */
export function addressOf(path: string, { params = {}, query = {} }: LooseInput): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value))
  return search.size === 0 ? filled : `${filled}?${search.toString()}`
}

/** Repeats a GET without a response, so that another instance can answer it. Any other request is sent once. */
async function send(method: string, address: string, body: unknown, signal?: AbortSignal): Promise<Reply> {
  const deadline = AbortSignal.timeout(requestDeadlineMs)
  const init = {
    method,
    credentials: 'same-origin' as const,
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
  try {
    return await (method === 'GET' ? fetchHedged(address, init) : fetchOnce(address, init))
  } catch (cause) {
    if (signal?.aborted) throw cause
    const message = deadline.aborted
      ? 'The server did not answer in time.'
      : 'The server cannot be reached. Check the connection and try again.'
    throw new ApiError(0, { code: 'unreachable', message }, cause)
  }
}

function parse({ ok, status, text }: Reply): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    if (!ok) return undefined
    throw new ApiError(status, { code: 'unreadable', message: 'The answer could not be read.' }, cause)
  }
}
