import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import { silentLogger } from '../base/index.ts'
import { adminSocketPath, callServer, serveAdminSocket } from './admin-socket.ts'
import type { AdminVerbs } from './admin-socket.ts'

function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-socket-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'shoal.sock')
}

const verbs: AdminVerbs = {
  echo: async (args) => args,
  nothing: async () => {},
  refuse: async () => {
    throw new AppError('bad_request', { field: 'email', message: 'email must be an email address.' })
  },
  bug: async () => {
    throw new TypeError('x is not a function')
  },
}

async function serving(path: string): Promise<() => Promise<void>> {
  const stop = await serveAdminSocket(path, { verbs, logger: silentLogger })
  onTestFinished(stop)
  return stop
}

/**
 * Sends raw bytes and returns the lines that come back, until the server closes the connection or `until` lines
 * arrived.
 */
async function raw(path: string, bytes: string, until: number): Promise<string[]> {
  const socket = connect(path)
  socket.write(bytes)
  let got = ''
  for await (const piece of socket.setEncoding('utf8')) {
    got += String(piece)
    if (got.split('\n').length > until) break
  }
  return got.split('\n').filter(Boolean)
}

test('serves a request and returns its result; only the owner may connect', async () => {
  const path = socketPath()
  await serving(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await callServer(path, 'echo', { email: 'ä@example.com' })).toEqual({
    ok: { email: 'ä@example.com' },
  })
  expect(await callServer(path, 'nothing', {})).toEqual({ ok: null })
})

test('errors are returned with code and field, and a bug does not stop the server', async () => {
  const path = socketPath()
  await serving(path)
  expect(await callServer(path, 'refuse', {})).toEqual({
    error: { code: 'bad_request', field: 'email', message: 'email must be an email address.' },
  })
  expect(await callServer(path, 'bug', {})).toMatchObject({ error: { code: 'internal' } })
  expect(await callServer(path, 'constructor', {})).toMatchObject({ error: { code: 'not_found' } })
  expect(await callServer(path, 'echo', {})).toEqual({ ok: {} })
})

test('malformed lines get an error', async () => {
  const path = socketPath()
  await serving(path)
  const lines = [
    '{',
    '[]',
    '"x"',
    '{"verb":1,"args":{}}',
    '{"verb":"echo","args":{"a":1}}',
    '{"verb":"echo","args":null}',
  ]
  const answers = await raw(path, `${lines.join('\n')}\n`, lines.length)
  const codes = answers.map((answer) => (JSON.parse(answer) as { error?: { code: string } }).error?.code)
  expect(codes.toSorted()).toEqual([
    'bad_json',
    'bad_request',
    'bad_request',
    'bad_request',
    'bad_request',
    undefined,
  ])
})

test('a line that is too long ends the connection', async () => {
  const path = socketPath()
  await serving(path)
  const [answer] = await raw(path, 'x'.repeat(100_000), 10)
  expect(JSON.parse(answer!)).toMatchObject({ error: { code: 'too_large' } })
  expect(await callServer(path, 'echo', {})).toEqual({ ok: {} })
})

test('a request may arrive in chunks, even split within a character', async () => {
  const path = socketPath()
  await serving(path)
  const bytes = Buffer.from('{"verb":"echo","args":{"name":"Jörg"}}\n')
  const cut = bytes.indexOf(0xc3) + 1
  const socket = connect(path)
  socket.write(bytes.subarray(0, cut))
  await new Promise((done) => setImmediate(done))
  socket.end(bytes.subarray(cut))
  expect(JSON.parse(await text(socket))).toEqual({ ok: { name: 'Jörg' } })
})

test('no server listens: there is no socket, or a killed server left one behind', async () => {
  const path = socketPath()
  expect(await callServer(path, 'echo', {})).toBeUndefined()
  // A socket file whose server stopped without removing it.
  const left = createServer()
  await new Promise<void>((done) => {
    left.listen(`${path}.other`, done)
  })
  renameSync(`${path}.other`, path)
  await new Promise((done) => left.close(done))
  expect(existsSync(path)).toBe(true)
  expect(await callServer(path, 'echo', {})).toBeUndefined()
  await serving(path)
  expect(await callServer(path, 'echo', {})).toEqual({ ok: {} })
})

test('a second server does not replace the socket of a running one', async () => {
  const path = socketPath()
  await serving(path)
  await expect(serveAdminSocket(path, { verbs, logger: silentLogger })).rejects.toThrow(
    /another server is listening/,
  )
  expect(await callServer(path, 'echo', {})).toEqual({ ok: {} })
})

test('stopping closes the connections and removes the socket', async () => {
  const path = socketPath()
  const stop = await serving(path)
  const open = connect(path)
  await new Promise((done) => open.once('connect', done))
  const closed = new Promise((done) => open.once('close', done))
  await stop()
  await closed
  expect(existsSync(path)).toBe(false)
})

test('a path that is too long for the kernel is rejected with the cure', async () => {
  const path = join(tmpdir(), 'x'.repeat(120), 'shoal.sock')
  await expect(serveAdminSocket(path, { verbs, logger: silentLogger })).rejects.toThrow(/shorter DATA_DIR/)
  expect(adminSocketPath('data')).toBe('data/shoal.sock')
})
