import { describe, expect, test } from 'vitest'
import { createClientAddress, privateNetworks } from './client-address.ts'

function address(trusted: readonly string[], peer: string | undefined, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return createClientAddress(trusted)({ socket: { remoteAddress: peer }, headers }).address
}

describe('the address of a client', () => {
  test.each([
    // The X-Forwarded-For header of a proxy, and forged entries that a client put in front of it.
    ['no proxy, no header', '203.0.113.9', undefined, '203.0.113.9'],
    ['a public client that claims another address', '203.0.113.9', '6.6.6.6', '203.0.113.9'],
    ['one proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['one proxy, a forged entry before it', '10.0.0.1', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    ['two proxies', '127.0.0.1', '203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ['two proxies, forged entries', '127.0.0.1', '6.6.6.6, 1.1.1.1, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ['a client on the private network', '127.0.0.1', '192.168.1.5, 10.0.0.1', '192.168.1.5'],
    ['a proxy that adds nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['empty entries', '10.0.0.1', ' , 203.0.113.9 ,, ', '203.0.113.9'],
    ['an entry that is not an address', '10.0.0.1', '203.0.113.9, unknown, 10.0.0.7', '10.0.0.7'],
    ['an invalid header', '10.0.0.1', '<script>', '10.0.0.1'],
    ['a port', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['IPv6', '10.0.0.1', '2001:DB8:0:0::9', '2001:db8::9'],
    ['IPv6 with brackets', '10.0.0.1', '[2001:db8::9]', '2001:db8::9'],
    ['IPv6 with a port', '10.0.0.1', '[2001:db8::9]:4711', '2001:db8::9'],
    ['IPv6 loopback as proxy', '::1', '203.0.113.9', '203.0.113.9'],
    ['an IPv4 proxy on a dual-stack socket', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a public IPv4 client on a dual-stack socket', '::ffff:203.0.113.9', '6.6.6.6', '203.0.113.9'],
    ['a wrapped address in the header', '10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['a wrapped proxy in the header', '10.0.0.1', '203.0.113.9, ::ffff:10.0.0.2', '203.0.113.9'],
    ['a zone', 'fe80::1%eth0', '203.0.113.9', '203.0.113.9'],
    ['unique local IPv6', 'fd12::1', '203.0.113.9', '203.0.113.9'],
    ['172.32 is not private', '172.32.0.1', '6.6.6.6', '172.32.0.1'],
    ['172.31 is private', '172.31.255.254', '203.0.113.9', '203.0.113.9'],
  ])('%s', (_name, peer, forwarded, expected) => {
    expect(address(privateNetworks, peer, forwarded)).toBe(expected)
  })

  test('a closed connection cannot claim an address', () => {
    expect(address(privateNetworks, undefined, '6.6.6.6')).toBe('unknown')
    expect(address(['*'], undefined, '6.6.6.6')).toBe('unknown')
  })

  test('listed proxies replace the default networks', () => {
    expect(address(['192.0.2.0/24'], '192.0.2.1', '203.0.113.9')).toBe('203.0.113.9')
    expect(address(['192.0.2.0/24'], '10.0.0.1', '203.0.113.9')).toBe('10.0.0.1')
    expect(address(['192.0.2.7'], '192.0.2.8', '203.0.113.9')).toBe('192.0.2.8')
    expect(address(['2001:db8::/32'], '2001:db8::1', '203.0.113.9')).toBe('203.0.113.9')
    expect(address([], '127.0.0.1', '203.0.113.9')).toBe('127.0.0.1')
  })

  test('* trusts every peer, but a client still cannot choose its address', () => {
    expect(address(['*'], '198.51.100.1', '203.0.113.9')).toBe('203.0.113.9')
    expect(address(['*'], '198.51.100.1', '6.6.6.6, 203.0.113.9, 10.0.0.2')).toBe('203.0.113.9')
    expect(address(['*', '192.0.2.0/24'], '198.51.100.1', '203.0.113.9, 192.0.2.4')).toBe('203.0.113.9')
  })

  test('repeated headers form one list', () => {
    const of = createClientAddress(privateNetworks)
    const headers = { 'x-forwarded-for': ['6.6.6.6', '203.0.113.9'] as unknown as string }
    expect(of({ socket: { remoteAddress: '10.0.0.1' }, headers }).address).toBe('203.0.113.9')
  })

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'proxy',
    '::/129',
    '10.0.0.256',
    '',
    '10.0.0.0/-1',
    '10.0.0.0/1e1',
  ])('rejects %j with the name of the variable', (entry) => {
    expect(() => createClientAddress([entry])).toThrow(/^FORWARDED_ALLOW_IPS: .* List the addresses/)
  })
})

describe('S6: hops whose claims are unproven are listed', () => {
  const hostile = Array.from({ length: 1000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`).join(', ')
  test.each([
    // A proxy that only the default networks trust.
    { peer: '172.18.0.5', forwarded: '203.0.113.9', address: '203.0.113.9', unproven: ['172.18.0.5'] },
    { peer: '127.0.0.1', address: '127.0.0.1', unproven: ['127.0.0.1'] },
    { peer: '10.0.0.1', forwarded: ' , ', address: '10.0.0.1', unproven: ['10.0.0.1'] },
    { peer: '10.0.0.1', forwarded: 'x'.repeat(8000), address: '10.0.0.1', unproven: ['10.0.0.1'] },
    {
      peer: '10.0.0.1',
      forwarded: '203.0.113.9, 192.168.1.5',
      address: '203.0.113.9',
      unproven: ['10.0.0.1', '192.168.1.5'],
    },
    {
      peer: '10.0.0.1',
      forwarded: '192.168.1.5',
      address: '192.168.1.5',
      unproven: ['10.0.0.1', '192.168.1.5'],
    },
    { peer: '203.0.113.9', forwarded: '6.6.6.6', address: '203.0.113.9', unproven: [] },
    // Proxies that the operator has listed.
    {
      trusted: ['10.0.0.1'],
      peer: '10.0.0.1',
      forwarded: '203.0.113.9',
      address: '203.0.113.9',
      unproven: [],
    },
    {
      trusted: ['10.0.0.1'],
      peer: '10.0.0.1',
      forwarded: '6.6.6.6, 10.0.0.2',
      address: '10.0.0.2',
      unproven: [],
    },
    {
      trusted: ['*'],
      peer: '203.0.113.1',
      forwarded: '203.0.113.9',
      address: '203.0.113.9',
      unproven: ['203.0.113.1'],
    },
    { trusted: ['*'], peer: '203.0.113.1', address: '203.0.113.1', unproven: ['203.0.113.1'] },
    {
      trusted: ['*', '192.0.2.1'],
      peer: '192.0.2.1',
      forwarded: '203.0.113.9',
      address: '203.0.113.9',
      unproven: [],
    },
  ])('S6: $trusted, $peer forwards $forwarded', ({ trusted = null, peer, forwarded, ...expected }) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    expect(createClientAddress(trusted)({ socket: { remoteAddress: peer }, headers })).toMatchObject(expected)
  })

  test('S6: a long list of forwarded addresses is cut', () => {
    const hop = { socket: { remoteAddress: '10.1.0.1' }, headers: { 'x-forwarded-for': hostile } }
    expect(createClientAddress(null)(hop).unproven.length).toBeLessThan(12)
  })
})

describe('the scheme of a client', () => {
  function secure(peer: string, proto?: string, encrypted?: boolean): boolean {
    const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto }
    const socket = { remoteAddress: peer, ...(encrypted === undefined ? {} : { encrypted }) }
    return createClientAddress(privateNetworks)({ socket, headers }).secure
  }

  test('is reported by a trusted proxy only', () => {
    expect(secure('10.0.0.1', 'https')).toBe(true)
    expect(secure('10.0.0.1', 'HTTPS, http')).toBe(true)
    expect(secure('10.0.0.1', 'http')).toBe(false)
    expect(secure('10.0.0.1')).toBe(false)
    expect(secure('203.0.113.9', 'https')).toBe(false)
  })

  test('is taken from the browser’s headers if the proxy does not report it', () => {
    const of = (headers: Record<string, string>, peer = '10.0.0.1'): boolean =>
      createClientAddress(privateNetworks)({ socket: { remoteAddress: peer }, headers }).secure
    expect(of({ origin: 'https://chat.example.com' })).toBe(true)
    expect(of({ origin: 'http://chat.example.com' })).toBe(false)
    expect(of({ 'sec-fetch-site': 'same-origin' })).toBe(true)
    expect(of({ origin: 'null' })).toBe(false)
    expect(of({ origin: 'https://chat.example.com', 'x-forwarded-proto': 'http' })).toBe(false)
    expect(of({ origin: 'https://chat.example.com' }, '203.0.113.9')).toBe(false)
  })

  test('is that of the connection if there is no proxy', () => {
    expect(secure('203.0.113.9', undefined, true)).toBe(true)
    expect(secure('10.0.0.1', 'http', true)).toBe(true)
  })
})
