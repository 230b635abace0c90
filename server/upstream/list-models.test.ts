import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../base/index.ts'
import { createUpstream } from './create-upstream.ts'

let server: Server
let answer: (response: ServerResponse) => void = () => undefined
beforeAll(async () => {
  server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const kinds = ['openai', 'ollama'] as const
const list = (kind: (typeof kinds)[number]): Promise<unknown> => {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const upstream = createUpstream({ kind, baseUrl, key: null }, { clock: systemClock })
  return upstream.listModels(new AbortController().signal)
}
const body = Buffer.from(
  JSON.stringify({ data: [{ id: 'a' }, { id: 'ü' }], models: [{ name: 'a' }, { name: 'ü' }] }),
)
const both = [
  { id: 'a', name: 'a' },
  { id: 'ü', name: 'ü' },
]

const encodings: [string, Buffer, Record<string, string>][] = [
  ['gzip', gzipSync(body), { 'content-encoding': 'gzip' }],
  ['x-gzip in capitals', gzipSync(body), { 'content-encoding': 'X-GZIP' }],
  ['gzip without a label', gzipSync(body), {}],
  ['gzip labelled as br', gzipSync(body), { 'content-encoding': 'br' }],
  ['br', brotliCompressSync(body), { 'content-encoding': 'br' }],
  ['deflate', deflateSync(body), { 'content-encoding': 'deflate' }],
  ['deflate without its header', deflateRawSync(body), { 'content-encoding': 'deflate' }],
  ['zstd', zstdCompressSync(body), { 'content-encoding': 'zstd' }],
  ['plain bytes labelled gzip', body, { 'content-encoding': 'gzip' }],
  ['a byte order mark', Buffer.concat([Buffer.from('\uFEFF'), body]), {}],
  ['another content type', body, { 'content-type': 'text/html' }],
]

test.each(encodings.flatMap((encoding) => kinds.map((kind) => [kind, ...encoding] as const)))(
  'B12: %s: a list of models in %s',
  async (kind, _name, bytes, headers) => {
    answer = (response) => response.writeHead(200, headers).end(bytes)
    expect(await list(kind)).toEqual(both)
  },
)

test.each(kinds)('B12: %s: an error in gzip is read', async (kind) => {
  answer = (response) =>
    response
      .writeHead(400, { 'content-encoding': 'gzip' })
      .end(gzipSync(JSON.stringify({ error: { message: 'no such tenant' } })))
  await expect(list(kind)).rejects.toThrow('no such tenant')
})

test.each(kinds)('B12: %s: damaged gzip is reported as an error', async (kind) => {
  answer = (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body).subarray(0, 30))
  await expect(list(kind)).rejects.toMatchObject({ code: 'upstream_broke_off' })
})

test.each(kinds)('C6: %s: an error with status 200 instead of the list is shown', async (kind) => {
  answer = (response) => response.writeHead(200).end('{"error":{"message":"the key has expired"}}')
  await expect(list(kind)).rejects.toThrow('the key has expired')
})
