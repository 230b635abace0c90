import { cleanText } from '../base/index.ts'
import { limits } from '../../protocol/index.ts'
import { requestProvider } from './request-provider.ts'
import type { HttpUpstreamOptions } from './generate-over-http.ts'
import { authorizationHeader, providerUrl } from './provider-address.ts'
import { frameError, isSuccess, readRefusal, refusalError } from './provider-refusal.ts'
import { readBody } from './read-body.ts'
import { asObject } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import type { UpstreamModel } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/**
 * Fetches a provider's list of models. `entries` finds it in the response body; undefined if the body holds no list.
 */
export async function fetchModels(
  { baseUrl, key, clock, deadlines, network }: HttpUpstreamOptions,
  { path, entries }: { path: string; entries: (body: unknown) => unknown[] | undefined },
  signal: AbortSignal,
): Promise<UpstreamModel[]> {
  const url = providerUrl(baseUrl, path)
  const headers = { accept: 'application/json', ...authorizationHeader(key) }
  const { listMs } = deadlines
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(timeoutError(listMs)), listMs)
  const either = AbortSignal.any([signal, timeout.signal])
  try {
    const response = await requestProvider({ url, headers, network, connectMs: deadlines.connectMs }, either)
    if (!isSuccess(response)) throw refusalError(await readRefusal(response, either), { key }, clock)
    const text = await readBody(response, { maxBytes: 16_777_216, ms: listMs }, either)
    const body = parseList(text)
    const found = entries(body)
    // Some providers report an error with status 200.
    if (!found) throw asObject(body)?.error ? frameError(body, key) : noListError()
    return found.flatMap((entry) => parseModel(asObject(entry)))
  } finally {
    clearTimeout(timer)
  }
}

function timeoutError(ms: number): UpstreamError {
  return new UpstreamError('upstream_silent', {
    message: `The model provider did not send its list of models within ${ms / 1000} seconds.`,
    detail: { reason: 'list_timeout', seconds: ms / 1000 },
  })
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw noListError(cause)
  }
}

function noListError(cause?: unknown): UpstreamError {
  return new UpstreamError('upstream_refused', {
    message:
      'The server at this address did not return a list of models. Check that the address is complete: it often ends in /v1.',
    detail: { reason: 'no_model_list' },
    cause,
  })
}

/** Returns an empty array for an entry without a usable name. */
function parseModel(entry: JsonObject | undefined): UpstreamModel[] {
  const id = entry?.id ?? entry?.model ?? entry?.name
  if (typeof id !== 'string' || id === '' || id.length > limits.model) return []
  const name = typeof entry?.name === 'string' && entry.name !== '' ? entry.name : id
  const ownedBy = entry?.owned_by
  return [
    {
      id: cleanText(id),
      name: cleanText(name).slice(0, limits.model),
      ...(typeof ownedBy === 'string' ? { ownedBy: cleanText(ownedBy) } : {}),
    },
  ]
}
