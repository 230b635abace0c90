import { cleanText } from '../base/index.ts'
import { limits } from '../../protocol/index.ts'
import { askProvider } from './ask-provider.ts'
import type { HttpUpstreamOptions } from './generate-over-http.ts'
import { bearer, providerUrl } from './provider-address.ts'
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
  const headers = { accept: 'application/json', ...bearer(key) }
  const { listMs } = deadlines
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new UpstreamError('upstream_silent', { message: slow(listMs) })),
    listMs,
  )
  const either = AbortSignal.any([signal, late.signal])
  try {
    const response = await askProvider({ url, headers, network, connectMs: deadlines.connectMs }, either)
    if (!isSuccess(response)) throw refusalError(await readRefusal(response, either), { key }, clock)
    const text = await readBody(response, { maxBytes: 16_777_216, ms: listMs }, either)
    const body = parseList(text)
    const found = entries(body)
    // Some providers report an error with status 200.
    if (!found) throw asObject(body)?.error ? frameError(body, key) : notAList()
    return found.flatMap((entry) => modelOf(asObject(entry)))
  } finally {
    clearTimeout(timer)
  }
}

const slow = (ms: number): string =>
  `The model provider did not send its list of models within ${ms / 1000} seconds.`

function parseList(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw notAList(cause)
  }
}

function notAList(cause?: unknown): UpstreamError {
  return new UpstreamError('upstream_refused', {
    message:
      'The server at this address did not return a list of models. Check that the address is complete: it often ends in /v1.',
    cause,
  })
}

/** Returns an empty array for an entry without a usable name. */
function modelOf(entry: JsonObject | undefined): UpstreamModel[] {
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
