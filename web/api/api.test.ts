import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { operations } from '../../protocol/http/index.ts'
import { errorCatalogue } from '../../protocol/errors.ts'
import { ApiError, errorOfReply, toApiError } from './api-error.ts'
import { addressOf, call, onSessionExpired } from './call.ts'
import { operationPaths } from './operation-paths.ts'

describe('the page’s client', () => {
  test('has the method and path of every operation', () => {
    expect(operationPaths).toEqual(
      Object.fromEntries(Object.entries(operations).map(([name, it]) => [name, `${it.method} ${it.path}`])),
    )
  })

  test('an address contains its escaped parameters, and only the query values that are set', () => {
    expect(
      addressOf('/api/chats/{id}', {
        params: { id: 'a/b?c' },
        query: { q: 'x&y', limit: 5, cursor: undefined },
      }),
    ).toBe('/api/chats/a%2Fb%3Fc?q=x%26y&limit=5')
  })

  test('errors are retryable on the page exactly if they are in the catalogue', () => {
    for (const [code, { status, retryable, message }] of Object.entries(errorCatalogue)) {
      if (status === 409 || status === 502) continue
      const error = toApiError(status, { error: { code, message } })
      expect([code, error.retryable]).toEqual([code, retryable])
    }
  })

  test('an error over the socket is retryable exactly if it is over HTTP', () => {
    for (const code of [
      'too_many_runs',
      'busy',
      'draining',
      'internal',
      'not_found',
      'bad_request',
    ] as const) {
      const { retryable, message } = errorCatalogue[code]
      expect(errorOfReply({ code, message })).toMatchObject({ code, message, retryable })
    }
    expect(errorOfReply(undefined)).toMatchObject({ code: 'unreadable', status: 502 })
  })

  test('a body that is not Shoal’s becomes an `unreadable` error', () => {
    expect(toApiError(502, '<html>')).toMatchObject({ code: 'unreadable', status: 502, retryable: true })
    expect(toApiError(500, { error: 'text' })).toMatchObject({ code: 'unreadable' })
  })
})

describe('over real HTTP', () => {
  let stop: (() => void) | undefined
  afterEach(() => {
    stop?.()
    vi.unstubAllGlobals()
  })

  /** Starts a server and resolves relative addresses against it, because there is no page to resolve them. */
  async function serve(status: number, body: string): Promise<void> {
    const server = createServer((_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const real = fetch
    vi.stubGlobal('fetch', (address: string, init: RequestInit) =>
      real(`http://127.0.0.1:${port}${address}`, init),
    )
    stop = () => server.close()
  }

  test('a call returns the body of the response', async () => {
    await serve(200, '{"name":"Shoal","version":"1","signUp":"open","instance":"a"}')
    expect((await call('getApp')).name).toBe('Shoal')
  })

  test('an error has the code, the field and the time to wait', async () => {
    await serve(429, '{"error":{"code":"rate_limited","message":"m","field":"email","retryAfterMs":3000}}')
    await expect(call('getMe')).rejects.toMatchObject({
      code: 'rate_limited',
      field: 'email',
      retryAfterMs: 3000,
    })
  })

  test('listeners are notified of a missing session, but not of a wrong password', async () => {
    const told = vi.fn()
    const off = onSessionExpired(told)
    await serve(401, '{"error":{"code":"unauthenticated","message":"m"}}')
    await expect(call('getMe')).rejects.toBeInstanceOf(ApiError)
    expect(told).toHaveBeenCalledOnce()
    stop?.()
    vi.unstubAllGlobals()
    await serve(401, '{"error":{"code":"wrong_credentials","message":"m"}}')
    await expect(call('signIn', { body: { email: 'a@b.c', password: 'x' } })).rejects.toBeInstanceOf(ApiError)
    expect(told).toHaveBeenCalledOnce()
    off()
  })

  test('a missing server is `unreachable`, and a proxy’s page is `unreadable`', async () => {
    await serve(200, '<html>')
    await expect(call('getMe')).rejects.toMatchObject({ code: 'unreadable' })
    stop?.()
    stop = undefined
    await expect(call('getMe')).rejects.toMatchObject({ code: 'unreachable', retryable: true })
  })
})
