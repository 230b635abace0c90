import { describe, expect, test } from 'vitest'
import { proxyFor } from './provider-proxy.ts'

const http = 'http://proxy:3128/'
const https = 'http://secure-proxy:3128/'
const through = (address: string, direct: string[]): string | undefined =>
  proxyFor(new URL(address), { http, https, direct })?.href

describe('B3: which proxy is used for a provider', () => {
  test('the proxy for the scheme of its address', () => {
    expect(through('http://h/v1', [])).toBe(http)
    expect(through('https://h/v1', [])).toBe(https)
    const none = { http: null, https: null, direct: [] }
    expect(proxyFor(new URL('https://h'), none)).toBeNull()
  })

  test.each([
    ['*', 'https://h', true],
    ['example.com', 'https://example.com/v1', true],
    ['example.com', 'https://EXAMPLE.com./v1', true],
    ['example.com', 'https://api.example.com', true],
    ['example.com', 'https://badexample.com', false],
    ['example.com', 'https://example.com.evil', false],
    ['.example.com', 'https://api.example.com', true],
    ['.example.com', 'https://example.com', true],
    ['.example.com', 'https://badexample.com', false],
    ['*.example.com', 'https://api.example.com', true],
    ['Example.COM', 'https://api.example.com', true],
    ['example.com:8443', 'https://example.com:8443', true],
    ['example.com:8443', 'https://example.com', false],
    ['example.com:443', 'https://example.com', true],
    ['example.com:80', 'http://example.com', true],
    ['.example.com:8080', 'http://a.example.com:8080', true],
    ['localhost', 'http://localhost:11434', true],
    ['localhost', 'http://127.0.0.1:11434', false],
    ['127.0.0.1', 'http://127.0.0.1:11434', true],
    ['127.0.0.1:11434', 'http://127.0.0.1:11434', true],
    ['127.0.0.1:1', 'http://127.0.0.1:11434', false],
    ['10.0.0.0/8', 'http://10.200.3.4', true],
    ['10.0.0.0/8', 'http://11.0.0.1', false],
    ['10.0.0.0/8', 'http://10.example.com', false],
    ['0.0.0.0/0', 'http://8.8.8.8', true],
    ['fd00::/8', 'http://[fd12::1]:8000', true],
    ['fd00::/8', 'http://[fe80::1]', false],
    ['::1', 'http://[::1]:8000', true],
    ['[::1]', 'http://[::1]:8000', true],
    ['[::1]:8000', 'http://[::1]:8000', true],
    ['[::1]:8001', 'http://[::1]:8000', false],
    ['0.1', 'http://10.0.0.1', false],
    ['.', 'http://h', false],
  ])('NO_PROXY=%s, %s: asked directly: %s', (entry, address, direct) => {
    expect(through(address, ['other.example', entry]) === undefined).toBe(direct)
  })
})
