import { readFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import type { Server } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeCertificates } from '../../test/support/certificates.ts'
import { startHttpProxy } from '../../test/support/http-proxy.ts'
import type { HttpProxy } from '../../test/support/http-proxy.ts'
import { startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { ScriptedProvider } from '../../test/support/scripted-provider.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemClock } from '../base/index.ts'
import { createUpstream } from './create-upstream.ts'
import type { UpstreamOptions } from './create-upstream.ts'
import { noProxies } from './provider-proxy.ts'
import type { ProxySettings } from './provider-proxy.ts'
import { UpstreamError } from './upstream-error.ts'

let tls: { key: Buffer; cert: Buffer }
const known = getCACertificates('default')
let secure: Server
let secureUrl: string
let provider: ScriptedProvider
const proxies: HttpProxy[] = []

beforeAll(async () => {
  await using folder = await temporaryFolder()
  const files = await makeCertificates(folder.path)
  tls = { key: await readFile(files.key), cert: await readFile(files.cert) }
  setDefaultCACertificates([...known, await readFile(files.ca, 'utf8')])
  secure = createTlsServer(tls, (request, response) => {
    const word = JSON.stringify({ choices: [{ delta: { content: request.headers.host } }] })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`data: ${word}\n\ndata: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => secure.listen(0, 'localhost', resolve))
  secureUrl = `https://localhost:${(secure.address() as AddressInfo).port}/v1`
})
afterAll(() => {
  setDefaultCACertificates(known)
  secure.close()
  secure.closeAllConnections()
})
beforeEach(async () => {
  provider = await startScriptedProvider({ m: { words: ['Hello ', 'world'] } })
})
afterEach(async () => {
  await provider.close()
  for (const proxy of proxies.splice(0)) await proxy.close()
})

async function start(...options: Parameters<typeof startHttpProxy>): Promise<HttpProxy> {
  const proxy = await startHttpProxy(...options)
  proxies.push(proxy)
  return proxy
}

const settings = (url: string, rest: Partial<ProxySettings> = {}): ProxySettings => ({
  ...noProxies,
  http: url,
  https: url,
  ...rest,
})

async function ask(
  baseUrl: string,
  settingsOfProxy: ProxySettings,
  deadlines: UpstreamOptions['deadlines'] = {},
): Promise<string> {
  let text = ''
  const upstream = createUpstream(
    { kind: 'openai', baseUrl, key: 'k' },
    { clock: systemClock, proxies: settingsOfProxy, deadlines },
  )
  await upstream.generate(
    { model: 'm', messages: [] },
    (events) => {
      for (const event of events) if (event.kind === 'text') text += event.text
    },
    new AbortController().signal,
  )
  return text
}

const messageOf = async (answer: Promise<string>): Promise<string> =>
  answer.then(
    (text) => `answered: ${text}`,
    (error: unknown) => (error instanceof UpstreamError ? error.message : `unexpected: ${String(error)}`),
  )

describe('B3: through a proxy', () => {
  test('http: the request names the whole address and has the provider’s key, and the connection is kept', async () => {
    const proxy = await start()
    const url = settings(`http://127.0.0.1:${proxy.port}`)
    expect(await ask(`${provider.v1}?a=b`, url)).toBe('Hello world')
    expect(await ask(`${provider.v1}?a=b`, url)).toBe('Hello world')
    const line = `POST ${provider.v1}/chat/completions?a=b`
    expect(proxy.requests).toEqual([line, line])
    expect(provider.calls[0]?.authorization).toBe('Bearer k')
  })

  test('https: a tunnel, encrypted between Shoal and the provider', async () => {
    const proxy = await start()
    const url = settings(`http://127.0.0.1:${proxy.port}`)
    const { host } = new URL(secureUrl)
    expect(await ask(secureUrl, url)).toBe(host)
    expect(await ask(secureUrl, url)).toBe(host)
    // The tunnel was kept alive: the second request used it, too.
    expect(proxy.requests).toEqual([`CONNECT ${host}`])
  })

  test('a host name that only the proxy can resolve', async () => {
    const proxy = await start({ target: Number(new URL(provider.url).port) })
    expect(await ask('http://model.invalid/v1', settings(`http://127.0.0.1:${proxy.port}`))).toBe(
      'Hello world',
    )
  })

  test('a proxy with an https address', async () => {
    const proxy = await start({ tls })
    const url = settings(`https://localhost:${proxy.port}`)
    expect(await ask(provider.v1, url)).toBe('Hello world')
    expect(await ask(secureUrl, url)).toBe(new URL(secureUrl).host)
    expect(proxy.requests.length).toBe(2)
  })

  test('a proxy with a user name and password', async () => {
    const proxy = await start({ login: 'me:p@ss' })
    const url = settings(`http://me:p%40ss@127.0.0.1:${proxy.port}`)
    expect(await ask(provider.v1, url)).toBe('Hello world')
    expect(await ask(secureUrl, url)).toBe(new URL(secureUrl).host)
  })

  test('NO_PROXY: the request goes directly to the provider', async () => {
    const proxy = await start()
    const url = settings(`http://127.0.0.1:${proxy.port}`, { direct: ['127.0.0.0/8', 'localhost'] })
    expect(await ask(provider.v1, url)).toBe('Hello world')
    expect(await ask(secureUrl, url)).toBe(new URL(secureUrl).host)
    expect(proxy.requests).toEqual([])
  })

  test.each([
    ['http', 407, /user name and password/],
    ['https', 407, /user name and password/],
    ['https', 403, /the proxy refused the connection with status 403/],
  ])(
    '%s: a refusal of the proxy with status %i is not reported as the provider’s',
    async (scheme, status, message) => {
      const proxy = await start()
      proxy.refuse = status
      const answer = ask(
        scheme === 'http' ? provider.v1 : secureUrl,
        settings(`http://127.0.0.1:${proxy.port}`),
      )
      expect(await messageOf(answer)).toMatch(message)
    },
  )

  test.each(['http', 'https'])('%s: an unreachable proxy', async (scheme) => {
    const answer = ask(scheme === 'http' ? provider.v1 : secureUrl, settings('http://127.0.0.1:1'))
    expect(await messageOf(answer)).toMatch(/through the proxy .*: nothing is listening at its address/)
  })

  test('there is a deadline for making the tunnel', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const url = settings(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`)
    expect(await messageOf(ask(secureUrl, url, { connectMs: 100 }))).toMatch(
      /no connection within 0.1 seconds/,
    )
    silent.close()
    for (const socket of sockets) socket.destroy()
  })
})
