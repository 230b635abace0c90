// Hostile sockets of unauthenticated clients and users: the instance's memory stays bounded, and other users are
// served.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startInProcess } from '../support/in-process-fleet.ts'
import type { InProcessFleet } from '../support/in-process-fleet.ts'
import { TestSocket } from '../support/socket.ts'

/** All clients have the same address, as behind one NAT. `npm run test:all` opens the full number of sockets. */
const crowd = process.env['SHOAL_TEST_ALL'] === '1' ? 2000 : 300

let fleet: InProcessFleet
let url: string
const opened: TestSocket[] = []

beforeAll(async () => {
  fleet = await startInProcess({ env: { ENABLE_SIGNUP: 'true' } })
  url = fleet.urls()[0]!
  // One account represents many users here.
  await fleet.api.changeSettings({ socketsPerUser: null })
})
afterAll(async () => {
  for (const socket of opened) socket.close()
  await fleet.stop()
})

/** Opens a socket; retries a handshake that is refused because of too many concurrent handshakes. */
async function open(token?: string): Promise<TestSocket> {
  for (;;) {
    const socket = new TestSocket(url, token === undefined ? {} : { token })
    opened.push(socket)
    try {
      return await socket.open()
    } catch (error) {
      if (!String(error).includes('503')) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

async function welcomed(): Promise<TestSocket> {
  const socket = (await open(fleet.api.token)).hello()
  await socket.frame('welcome')
  return socket
}

const isOpen = ({ socket }: TestSocket): boolean => socket.readyState === socket.OPEN

describe('S3: a socket without a session', () => {
  test('may not send a frame in many fragments', async () => {
    const { socket, closed } = await open()
    for (let piece = 0; piece < 17; piece++) socket.send('', { fin: false })
    expect((await closed).code).toBe(1008)
  })

  test('may send only a few kB, in whatever fragments', async () => {
    for (const send of [
      ({ socket }: TestSocket) => socket.send('x'.repeat(9000), { fin: false }),
      ({ socket }: TestSocket) => {
        for (let count = 0; count < 1000; count++) socket.ping('x'.repeat(100))
      },
    ]) {
      const stranger = await open()
      send(stranger)
      // Terminated without a close frame: a frame that was read and refused would have a close code.
      expect((await stranger.closed).code).toBe(1006)
    }
  })

  test('frees its slot for newer sockets, and does not keep users out', async () => {
    const users = await Promise.all(Array.from({ length: crowd }, welcomed))
    const strangers: TestSocket[] = []
    for (let batch = 0; batch < 10; batch++) {
      strangers.push(...(await Promise.all(Array.from({ length: 40 }, () => open()))))
    }
    await expect.poll(() => strangers.filter(isOpen).length).toBe(256)
    // Users who share the address stay connected, and another one can still connect.
    users.push(await welcomed())
    expect(users.filter(isOpen)).toHaveLength(crowd + 1)
    expect(strangers.filter(isOpen).length).toBeGreaterThan(250)
    for (const socket of [...users, ...strangers]) socket.close()
  }, 120_000)
})

describe('S3: a socket with a session', () => {
  test('may send as many fragments as a browser makes of a large frame, and no more', async () => {
    const browser = await welcomed()
    browser.socket.send('{"t":"ping"', { fin: false })
    for (let piece = 0; piece < 14; piece++) browser.socket.send(' '.repeat(60_000), { fin: false })
    browser.socket.send('}')
    await browser.frame('pong')
    for (let piece = 0; piece < 17; piece++) browser.socket.send('', { fin: false })
    expect((await browser.closed).code).toBe(1008)
  })

  test('that does not answer a close frame is ended soon', async () => {
    const socket = await welcomed()
    const below = (socket.socket as unknown as { _socket: import('node:net').Socket })._socket
    const ended = new Promise((resolve) => below.once('close', resolve))
    // From now on the client answers nothing by itself.
    socket.socket.removeAllListeners()
    below.removeAllListeners('data')
    below.on('data', () => {})
    below.write(Buffer.from([0x81, 0x80, 0, 0, 0, 0]))
    await ended
  })
})

describe('S2: a socket that reads nothing', () => {
  test('keeps no text of chats in memory, however often they change', async () => {
    const { api } = fleet
    const text = 'a long question '.repeat(20_000)
    const { chatId, runId } = await api.startRun({ model: 'shoal-demo', text })
    await api.call('POST', `/api/runs/${runId}/stop`, {})
    const [first] = (await api.chat(chatId)).messages
    const lazy = await welcomed()
    lazy.socket.pause()
    for (let count = 0; count < 20; count++) {
      await api.call('DELETE', `/api/messages/${first!.id}`)
      await api.call('POST', `/api/messages/${first!.id}/restore`, {})
    }
    const before = lazy.frames.length
    lazy.socket.resume()
    await lazy.frame('event', ({ event }) => event.name === 'messages.changed')
    lazy.send({ t: 'ping' })
    await lazy.frame('pong')
    // All frames in total are smaller than the one message that changed.
    expect(JSON.stringify(lazy.frames.slice(before)).length).toBeLessThan(text.length / 10)
  })
})
