import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'

let it: HttpFixture | undefined
afterEach(() => it?.close())

const asUser = { authorization: 'Bearer user' }
const path = '/api/export/chats'

async function start(exportChats: () => AsyncIterable<string>): Promise<HttpFixture> {
  it = await startHttp({ useCases: { exportChats } })
  return it
}

/** Sends a request and resolves with the beginning of its response, which is not read. */
function open({ port }: HttpFixture): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: asUser }, resolve).on('error', reject)
  })
}

test('a file is sent as JSON with the name under which a browser saves it', async () => {
  const fixture = await start(async function* () {
    yield '{"chats":'
    yield '[]}'
  })
  const { status, json, headers } = await fixture.send({ path, headers: asUser })
  expect([status, json]).toEqual([200, { chats: [] }])
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(headers['content-disposition']).toBe('attachment; filename="shoal-chats.json"')
  expect(headers['cache-control']).toBe('no-store')
})

test('an error before the first piece is a normal response', async () => {
  // oxlint-disable-next-line require-yield -- fails before its first piece
  const fixture = await start(async function* () {
    throw new AppError('store_unavailable', { retryAfterMs: 1000 })
  })
  const { status, json } = await fixture.send({ path, headers: asUser })
  expect([status, json.error.code]).toEqual([503, 'store_unavailable'])
})

test('an error in the middle breaks the connection, and the log has its cause', async () => {
  const fixture = await start(async function* () {
    yield '{"chats":['
    throw new Error('a bug in the middle')
  })
  const response = await open(fixture)
  const ended = new Promise((resolve) => response.on('error', resolve))
  response.resume()
  expect(await ended).toMatchObject({ code: 'ECONNRESET' })
  expect(response.complete).toBe(false)
  await expect.poll(() => JSON.stringify(fixture.log)).toContain('a bug in the middle')
})

test('a file is read only as fast as the client receives it, and no further once the client is gone', async () => {
  let pieces = 0
  let ended = false
  const fixture = await start(async function* () {
    try {
      for (; pieces < 10_000; pieces++) yield 'x'.repeat(100_000)
    } finally {
      ended = true
    }
  })
  const response = await open(fixture)
  // The client reads nothing: the reading stops as soon as the buffers of the connection are full.
  let before = -1
  await expect
    .poll(
      () => {
        const isStill = pieces === before
        before = pieces
        return isStill
      },
      { interval: 300 },
    )
    .toBe(true)
  expect(pieces).toBeLessThan(500)
  expect(ended).toBe(false)
  response.destroy()
  await expect.poll(() => ended).toBe(true)
})

test('a HEAD request gets the headers and does not read the file', async () => {
  let reads = 0
  const fixture = await start(async function* () {
    reads++
    yield '{}'
  })
  const { status, headers } = await fixture.send({ method: 'HEAD', path, headers: asUser })
  expect([status, headers['content-disposition']]).toEqual([200, 'attachment; filename="shoal-chats.json"'])
  expect(reads).toBe(0)
})
