import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInProcess } from '../support/in-process-fleet.ts'
import type { InProcessFleet } from '../support/in-process-fleet.ts'
import { TestSocket } from '../support/socket.ts'

let fleet: InProcessFleet
let url: string

beforeAll(async () => {
  fleet = await startInProcess({ env: { ENABLE_SIGNUP: 'true', DEFAULT_USER_ROLE: 'user' } })
  url = fleet.urls()[0]!
})
afterAll(() => fleet.stop())

const open = (options = {}): Promise<TestSocket> =>
  new TestSocket(url, { token: fleet.api.token, ...options }).open()

describe('bad input on the socket', () => {
  test('a frame before hello closes the socket, and the client may reconnect', async () => {
    const socket = await open()
    socket.send({ t: 'ping' })
    expect((await socket.closed).code).toBe(4004)
  })

  test('frames that are sent directly after hello wait for it', async () => {
    const socket = await open()
    socket.hello()
    socket.send({ t: 'ping' })
    await socket.frame('welcome')
    await socket.frame('pong')
    socket.close()
  })

  test('no session: closed without reconnecting', async () => {
    const socket = await new TestSocket(url).open()
    socket.hello()
    expect((await socket.frame('error')).error.code).toBe('unauthenticated')
    expect((await socket.closed).code).toBe(4101)
  })

  test('a forged token: closed without reconnecting', async () => {
    const socket = await new TestSocket(url, { token: `${fleet.api.token.slice(0, -3)}AAA` }).open()
    socket.hello()
    expect((await socket.closed).code).toBe(4101)
  })

  test('an unknown version of the frames is refused', async () => {
    const socket = await open()
    socket.send({ t: 'hello', v: 999, tab: 'test' })
    expect((await socket.closed).code).toBe(4102)
  })

  test.each([
    '',
    'no json',
    '[]',
    'null',
    '{"t":"nothing"}',
    '{"t":"__proto__"}',
    '{"t":"follow"}',
    '{"t":"follow","runId":"../etc"}',
  ])('not a frame: %j', async (data) => {
    const socket = await open()
    socket.hello()
    await socket.frame('welcome')
    socket.socket.send(data)
    expect((await socket.closed).code).toBe(4005)
  })

  test('a frame of 2 MB is refused', async () => {
    const socket = await open()
    socket.hello()
    await socket.frame('welcome')
    socket.socket.send('x'.repeat(2_000_000))
    expect((await socket.closed).code).toBe(1009)
  })

  test('10,000 frames at once close the socket', async () => {
    const socket = await open()
    socket.hello()
    await socket.frame('welcome')
    for (let sent = 0; sent < 10_000; sent++) socket.send({ t: 'ping' })
    expect([1006, 4003]).toContain((await socket.closed).code)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  test('another website cannot use the cookie, and does not learn whether it is valid', async () => {
    const headers = { origin: 'https://evil.example' }
    for (const token of [fleet.api.token, 'forged']) {
      const socket = await open({ headers, token })
      socket.hello()
      expect((await socket.closed).code).toBe(4008)
      expect(socket.frames).toEqual([])
      const guessing = await open({ headers, token })
      guessing.hello('guessed')
      expect((await guessing.closed).code).toBe(4008)
    }
  })

  test('a page whose origin a proxy has hidden is accepted with the proof that only it can read', async () => {
    const { proof } = await fleet.api.call<{ proof: string }>('GET', '/api/auth/origin-proof')
    const socket = await open({ headers: { origin: 'https://chat.example' } })
    socket.hello(proof)
    await socket.frame('welcome')
    socket.close()
    const other = new ApiClient(url)
    await other.signUp('proof-of-another@example.com')
    const taken = await open({ headers: { origin: 'https://chat.example' }, token: other.token })
    taken.hello(proof)
    expect((await taken.closed).code).toBe(4008)
  })

  test('another website with a token needs no cookie', async () => {
    const socket = await new TestSocket(url, { headers: { origin: 'https://tool.example' } }).open()
    socket.send({ t: 'hello', v: 1, tab: 'test', token: fleet.api.token })
    await socket.frame('welcome')
    socket.close()
  })

  test('the page is accepted behind a proxy that keeps the host', async () => {
    const socket = await open({ headers: { origin: url } })
    socket.hello()
    await socket.frame('welcome')
    socket.close()
  })

  test('unknown runs and other users’ runs get the same reply', async () => {
    const other = new ApiClient(url)
    await other.signUp('other@example.com')
    const run = await other.startRun({ model: 'shoal-demo', text: 'mine' })
    const socket = await open()
    socket.hello()
    socket.send({ t: 'follow', runId: run.runId })
    socket.send({ t: 'follow', runId: 'unknown' })
    const theirs = await socket.frame('run.gone', ({ runId }) => runId === run.runId)
    const unknown = await socket.frame('run.gone', ({ runId }) => runId === 'unknown')
    expect({ ...theirs, runId: '' }).toEqual({ ...unknown, runId: '' })
    socket.send({ t: 'run.stop', ref: 'r', runId: run.runId })
    const reply = await socket.frame('reply')
    expect(reply).toMatchObject({ ok: false, error: { code: 'not_found' } })
    socket.close()
    await other.call('POST', `/api/runs/${run.runId}/stop`, {})
  })

  test('an invalid start gets a reply, and the socket stays open', async () => {
    const socket = await open()
    socket.hello()
    socket.send({ t: 'run.start', ref: '1', run: { clientId: 'a', model: 'no-such-model', text: 'hi' } })
    expect(await socket.frame('reply', ({ ref }) => ref === '1')).toMatchObject({
      ok: false,
      error: { code: 'unknown_model' },
    })
    socket.send({
      t: 'run.start',
      ref: '2',
      run: { clientId: 'b', model: 'shoal-demo', text: 'hi', parentId: 'nothing' },
    })
    expect(await socket.frame('reply', ({ ref }) => ref === '2')).toMatchObject({
      ok: false,
      error: { code: 'bad_request', field: 'chatId' },
    })
    socket.send({
      t: 'run.start',
      ref: '3',
      run: { clientId: 'c', model: 'shoal-demo', text: 'hi', chatId: 'nothing' },
    })
    expect(await socket.frame('reply', ({ ref }) => ref === '3')).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    })
    socket.send({ t: 'ping' })
    await socket.frame('pong')
    socket.close()
  })
})

describe('an answer over the socket', () => {
  test('start, text, stop: the stored text is the text that was shown', async () => {
    const socket = await open()
    socket.hello()
    socket.send({
      t: 'run.start',
      ref: 'go',
      run: { clientId: 'over-socket', model: 'shoal-demo', text: 'tour' },
    })
    const reply = await socket.frame('reply')
    expect(reply.ok).toBe(true)
    const run = reply.ok ? reply.run! : undefined
    const opened = await socket.frame('run')
    expect(opened).toMatchObject({
      runId: run!.runId,
      messageId: run!.messageId,
      how: 'recovered',
      phase: 'running',
    })
    await socket.frame('w')
    socket.send({ t: 'run.stop', ref: 'halt', runId: run!.runId })
    const end = await socket.frame('run.end')
    expect(end.status).toBe('stopped')
    let text = opened.text
    for (const frame of socket.frames) if (frame.t === 'w') text += frame.x.slice(text.length - frame.at)
    const chat = await fleet.api.chat(run!.chatId)
    expect(chat.messages.find(({ id }) => id === run!.messageId)).toMatchObject({ text, status: 'stopped' })
    expect(end.length).toBe(text.length)
    socket.close()
  })

  test('the same client id again returns the same run', async () => {
    const first = await fleet.api.startRun({ model: 'shoal-demo', text: 'once', clientId: 'twice' })
    const again = await fleet.api.startRun({ model: 'shoal-demo', text: 'once', clientId: 'twice' })
    expect(again).toEqual(first)
    await fleet.api.call('POST', `/api/runs/${first.runId}/stop`, {})
  })

  test('a stop that is pressed before the page knows the run’s id is sent with the start', async () => {
    const run = await fleet.api.startRun({ model: 'shoal-demo', text: 'never mind', stop: true })
    await expect
      .poll(
        async () =>
          (await fleet.api.chat(run.chatId)).messages.find(({ id }) => id === run.messageId)?.status,
      )
      .toBe('stopped')
  })

  test('the events of a chat reach another tab', async () => {
    const socket = await open()
    socket.hello()
    await socket.frame('welcome')
    const run = await fleet.api.startRun({ model: 'shoal-demo', text: 'a question about tabs' })
    // Other answers of this user may still be ending.
    const changed = await socket.frame(
      'event',
      ({ event }) => event.name === 'chat.changed' && event.chat.id === run.chatId,
    )
    expect(changed.event).toMatchObject({
      chat: { id: run.chatId, title: 'a question about tabs', running: true },
    })
    await socket.frame('event', ({ event }) => event.name === 'run.started' && event.run.runId === run.runId)
    await fleet.api.call('POST', `/api/runs/${run.runId}/stop`, {})
    await socket.frame('event', ({ event }) => event.name === 'run.ended' && event.runId === run.runId)
    socket.close()
  })

  test('server-sent events carry the same frames', async () => {
    const run = await fleet.api.startRun({ model: 'shoal-demo', text: 'by events' })
    const follow = encodeURIComponent(JSON.stringify([{ runId: run.runId }]))
    const response = await fetch(`${url}/api/live?tab=t&follow=${follow}`, {
      headers: { cookie: `token=${fleet.api.token}` },
    })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    while (!seen.includes('"t":"w"')) seen += (await reader.read()).value ?? ''
    expect(seen).toContain('"t":"welcome"')
    expect(seen).toContain(`"runId":"${run.runId}"`)
    await reader.cancel()
    await fleet.api.call('POST', `/api/runs/${run.runId}/stop`, {})
  })

  test('server-sent events without a session are refused', async () => {
    const response = await fetch(`${url}/api/live?tab=t`)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 'unauthenticated' } })
  })
})
