import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../base/index.ts'
import { createUpstream } from './create-upstream.ts'
import { providerUrl } from './provider-address.ts'

test.each([
  ['https://h/v1', 'https://h/v1/models'],
  ['https://h/v1/', 'https://h/v1/models'],
  [' https://h/v1// ', 'https://h/v1/models'],
  ['https://h', 'https://h/models'],
  ['https://h/v1?api-version=2025-01-01', 'https://h/v1/models?api-version=2025-01-01'],
  ['https://h/v1/?api-version=1&b=/x/', 'https://h/v1/models?api-version=1&b=/x/'],
  ['https://h?a=1', 'https://h/models?a=1'],
  ['https://h/v1#part', 'https://h/v1/models'],
  ['https://h/v1?a=1#part', 'https://h/v1/models?a=1'],
  ['https://u:p@h:8/v1?a=?', 'https://u:p@h:8/v1/models?a=?'],
  ['https://h/a%20b?c=d%2Fe', 'https://h/a%20b/models?c=d%2Fe'],
])('B10: the path is inserted before the query: %s', (base, expected) => {
  expect(providerUrl(base, '/models').href).toBe(expected)
})

test.each(['', 'h/v1', 'ftp://h/v1', 'https://', 'https:///v1', 'https://?a=b', '?https://h'])(
  'B10: an invalid address is refused: “%s”',
  (base) => {
    expect(() => providerUrl(base, '/models')).toThrow(/must start with http/)
  },
)

describe('B10: the paths that are requested', () => {
  let server: Server
  const asked: string[] = []
  beforeEach(async () => {
    asked.length = 0
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[],"models":[]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => server.close())

  test.each([
    ['openai', '/v1?api-version=1', ['/v1/models?api-version=1', '/v1/chat/completions?api-version=1']],
    ['ollama', '?team=a', ['/api/tags?team=a', '/api/chat?team=a']],
    ['ollama', '/api/?team=a', ['/api/tags?team=a', '/api/chat?team=a']],
    ['ollama', '/sub/api', ['/sub/api/tags', '/sub/api/chat']],
  ] as const)('%s at %s', async (kind, path, expected) => {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
    const upstream = createUpstream({ kind, baseUrl, key: null }, { clock: systemClock })
    const { signal } = new AbortController()
    await upstream.listModels(signal)
    await upstream
      .generate({ model: 'm', messages: [] }, () => undefined, signal)
      .catch((error: Error) => expect(error.name).toBe('UpstreamError'))
    expect(asked).toEqual(expected)
  })
})
