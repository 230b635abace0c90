import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { afterEach, describe, expect, test } from 'vitest'
import { startHttpProxy } from '../../test/support/http-proxy.ts'
import { startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { ScriptedProvider } from '../../test/support/scripted-provider.ts'
import { systemClock } from '../base/index.ts'
import { createUpstream } from './create-upstream.ts'
import { guardedLookup, isRefusedAddress } from './egress-guard.ts'
import { agentFor } from './provider-agents.ts'
import { noProxies } from './provider-proxy.ts'
import { chooseRoute } from './provider-route.ts'
import { UpstreamError } from './upstream-error.ts'

describe('S20: link-local and metadata addresses', () => {
  test.each([
    '169.254.169.254',
    '169.254.0.1',
    '169.254.255.255',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fe80::1',
    'febf::1',
    'fe80::1%eth0',
    '[fe80::1]',
    'fd00:ec2::254',
    'FD00:0EC2:0:0:0:0:0:0254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::a9fe:a9fe',
    '64:ff9b:1:1:2:3:a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    'fd00::5efe:169.254.169.254',
  ])('%s is refused', (address) => expect(isRefusedAddress(address)).toBe(true))

  test.each([
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '169.253.1.1',
    '8.8.8.8',
    'fd00::1',
    'fec0::1',
    '2001:db8::1',
    '::ffff:127.0.0.1',
    '64:ff9b::8.8.8.8',
    '2002:a00:1::a9fe:a9fe',
    'localhost',
    'metadata.example',
  ])('%s is allowed', (address) => expect(isRefusedAddress(address)).toBe(false))

  test('a name is refused by what it resolves to', async () => {
    const look = (host: string, all: boolean): Promise<unknown> =>
      new Promise((resolve) => {
        guardedLookup(host, { all }, (error, address) => resolve(error ?? address))
      })
    // The system resolves numeric names itself; the result has the same form as a name server's answer.
    expect(await look('0xa9fea9fe', false)).toBeInstanceOf(UpstreamError)
    expect(await look('0xa9fea9fe', true)).toBeInstanceOf(UpstreamError)
    expect(await look('0x7f000001', false)).toBe('127.0.0.1')
    expect(await look('0x7f000001', true)).toEqual([{ address: '127.0.0.1', family: 4 }])
  })
})

describe.each(['http', 'https'])('S20: the sockets of guarded connections, %s', (scheme) => {
  test('do not connect to a name that resolves to a refused address', async () => {
    const secure = scheme === 'https'
    const agent = agentFor({ secure, guarded: true, tunnel: null })
    const error = await new Promise((resolve) => {
      const ask = secure ? httpsRequest : httpRequest
      ask({ agent, hostname: '0xa9fea9fe', port: 1 }).on('error', resolve).end()
    })
    expect(error).toBeInstanceOf(UpstreamError)
  })
})

describe('S20: a connection that an administrator made on the page', () => {
  const open: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })
  const provider = async (): Promise<ScriptedProvider> => {
    const started = await startScriptedProvider({ m: { words: 1 } })
    open.push(started)
    return started
  }
  const list = (baseUrl: string, proxy: string | null = null) =>
    createUpstream(
      { kind: 'openai', baseUrl, key: null, source: 'page' },
      {
        clock: systemClock,
        deadlines: { connectMs: 300, listMs: 1000 },
        proxies: { http: proxy, https: proxy, direct: [] },
      },
    )
      .listModels(new AbortController().signal)
      .catch((error: unknown) => error)

  test.each([
    'http://169.254.169.254/latest',
    'https://169.254.169.254/latest',
    'http://2852039166/latest',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://0251.0376.0251.0376/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
  ])('%s is not requested', async (baseUrl) => {
    expect(await list(baseUrl)).toMatchObject({
      code: 'upstream_refused',
      message: expect.stringMatching(/link-local or metadata address/),
    })
  })

  test('a refused address is not requested through a proxy either', async () => {
    const proxy = await startHttpProxy()
    open.push(proxy)
    const url = `http://127.0.0.1:${proxy.port}`
    expect(await list('http://169.254.169.254/', url)).toMatchObject({ code: 'upstream_refused' })
    expect(await list('https://169.254.169.254/', url)).toMatchObject({ code: 'upstream_refused' })
    expect(proxy.requests).toEqual([])
  })

  test('a redirect to a refused address is not followed, and its body is not shown', async () => {
    const redirecting = await provider()
    redirecting.listAnswer = {
      status: 302,
      body: 'Moved to secret words',
      headers: { location: 'http://169.254.169.254/latest' },
    }
    const said = await list(redirecting.v1)
    expect(said).toMatchObject({
      code: 'upstream_refused',
      message: expect.stringMatching(/another address/),
    })
    expect(String(said)).not.toContain('169.254')
  })

  test('this machine and private addresses are allowed', async () => {
    const local = await provider()
    expect(await list(local.v1)).toEqual([{ id: 'm', name: 'm', ownedBy: 'scripted' }])
    expect(await list(local.v1.replace('127.0.0.1', 'localhost'))).toMatchObject([{ id: 'm' }])
  })

  test('a connection from the environment may use any address', () => {
    const network = { proxies: noProxies, guarded: false }
    expect(chooseRoute(new URL('http://169.254.169.254/v1'), network).agentKey.guarded).toBe(false)
    expect(() => chooseRoute(new URL('http://169.254.169.254/v1'), { ...network, guarded: true })).toThrow(
      UpstreamError,
    )
  })
})
