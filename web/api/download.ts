import type { OperationName } from '../../protocol/http/index.ts'
import { ApiError, toApiError } from './api-error.ts'
import { withBase } from './base-path.ts'
import { addressOf, notifySessionExpired } from './call.ts'
import { operationPaths } from './operation-paths.ts'
import type { ArgsOf } from './operation-types.ts'

/** Longest time without any data before a download fails, ms. */
const stalledMs = 30_000

/**
 * Reads the response of an operation as a file, which the browser may keep on disk. `onProgress` receives the bytes that
 * have arrived so far. Throws `ApiError`, also if the response breaks off.
 */
export async function download<K extends OperationName>(
  name: K,
  input: NonNullable<ArgsOf<K>[0]>,
  onProgress: (bytes: number) => void = () => undefined,
): Promise<Blob> {
  const [method = 'GET', path = ''] = operationPaths[name].split(' ')
  const stalled = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const resetTimer = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => stalled.abort(), stalledMs)
  }
  resetTimer()
  let bytes = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      resetTimer()
      bytes += chunk.byteLength
      onProgress(bytes)
      controller.enqueue(chunk)
    },
  })
  try {
    const address = withBase(addressOf(path, input))
    const response = await fetch(address, { method, credentials: 'same-origin', signal: stalled.signal })
    if (!response.ok || !response.body) throw await errorOf(response)
    return await new Response(response.body.pipeThrough(counted)).blob()
  } catch (cause) {
    if (cause instanceof ApiError) throw cause
    const message = 'The server cannot be reached. Check the connection and try again.'
    throw new ApiError(0, { code: 'unreachable', message }, cause)
  } finally {
    clearTimeout(timer)
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined)
  const error = toApiError(response.status, body)
  if (error.code === 'unauthenticated') notifySessionExpired()
  return error
}
