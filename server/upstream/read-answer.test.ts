import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeCertificates } from '../../test/support/certificates.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemClock } from '../base/index.ts'
import { createUpstream } from './create-upstream.ts'
import { agentFor } from './provider-agents.ts'
import type { GenerateEnd, UpstreamEvent } from './upstream.ts'

const end = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
const word = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`
const textOf = (events: UpstreamEvent[]): string =>
  events.map((event) => (event.kind === 'text' ? event.text : '')).join('')

interface Provider {
  baseUrl: string
  connections: Set<Socket>
  /** Resolves with the response to a request, which the test then writes. */
  answer(at: number): Promise<ServerResponse>
}

let tls: { key: Buffer; cert: Buffer }
const known = getCACertificates('default')
const servers: Server[] = []

beforeAll(async () => {
  await using folder = await temporaryFolder()
  const files = await makeCertificates(folder.path)
  tls = { key: await readFile(files.key), cert: await readFile(files.cert) }
  setDefaultCACertificates([...known, await readFile(files.ca, 'utf8')])
})
afterAll(() => setDefaultCACertificates(known))
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function startProvider(scheme: 'http' | 'https'): Promise<Provider> {
  const answers: ServerResponse[] = []
  const connections = new Set<Socket>()
  const server = scheme === 'http' ? createServer() : createTlsServer(tls)
  server.on('request', (request, response) => {
    connections.add(request.socket)
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    answers.push(response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    baseUrl: `${scheme}://localhost:${(server.address() as AddressInfo).port}/v1`,
    connections,
    answer: (at) => vi.waitFor(() => answers[at] ?? expect.unreachable('no request has arrived'), 2000),
  }
}

interface Reading {
  /** The text of each call of the sink. */
  given: string[]
  /** Resolves when the sink has been called this many times. Each call is pending until `go`. */
  called(times: number): Promise<void>
  go(): void
  ended: Promise<GenerateEnd | Error>
}

function read({ baseUrl }: Provider): Reading {
  const given: string[] = []
  let go = (): void => undefined
  const upstream = createUpstream({ kind: 'openai', baseUrl, key: null }, { clock: systemClock })
  const sink = (events: UpstreamEvent[]): Promise<void> => {
    given.push(textOf(events))
    return new Promise((resolve) => (go = resolve))
  }
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }] }
  return {
    given,
    called: (times) => vi.waitFor(() => expect(given.length).toBe(times), 2000),
    go: () => go(),
    ended: upstream.generate(request, sink, new AbortController().signal).catch((error: Error) => error),
  }
}

/** The number of bytes read from the sockets of running requests. */
function bytesRead(scheme: 'http' | 'https'): number {
  const { sockets } = agentFor({ secure: scheme === 'https', guarded: true, tunnel: null })
  return Object.values(sockets)
    .flatMap((some) => some ?? [])
    .reduce((sum, socket) => sum + socket.bytesRead, 0)
}

describe.each(['http', 'https'] as const)('an answer over %s while its sink is busy', (scheme) => {
  test('its socket is not read, and what arrived in the meantime goes to the sink in one call', async () => {
    const provider = await startProvider(scheme)
    const reading = read(provider)
    const answer = await provider.answer(0)
    answer.write(word('first '))
    await reading.called(1)
    const before = bytesRead(scheme)
    for (let count = 0; count < 10; count++) {
      answer.write(word(`${count} `))
      await delay(5)
    }
    expect(bytesRead(scheme)).toBe(before)
    reading.go()
    await reading.called(2)
    expect(reading.given).toEqual(['first ', '0 1 2 3 4 5 6 7 8 9 '])
    answer.end(end)
    reading.go()
    expect(await reading.ended).toEqual({ reason: 'stop' })
  })

  test('the end may arrive, and the connection is reused', async () => {
    const provider = await startProvider(scheme)
    for (let count = 0; count < 3; count++) {
      const reading = read(provider)
      const answer = await provider.answer(count)
      answer.write(word('a word'))
      await reading.called(1)
      answer.write(word(', and the last'))
      answer.end(end)
      await delay(20)
      reading.go()
      await reading.called(2)
      reading.go()
      expect(await reading.ended).toEqual({ reason: 'stop' })
      expect(reading.given.join('')).toBe('a word, and the last')
      // The connection is free as soon as Node has read the end of the response.
      await delay(20)
    }
    expect(provider.connections.size).toBe(1)
  })

  test('text that arrived before the connection broke is not lost', async () => {
    const provider = await startProvider(scheme)
    const reading = read(provider)
    const answer = await provider.answer(0)
    answer.write(word('a word'))
    await reading.called(1)
    answer.write(word(', and one that nobody has looked at'))
    await delay(20)
    answer.socket?.destroy()
    await delay(20)
    reading.go()
    await reading.called(2)
    expect(reading.given.join('')).toBe('a word, and one that nobody has looked at')
    reading.go()
    expect(await reading.ended).toMatchObject({ code: 'upstream_broke_off' })
  })
})
