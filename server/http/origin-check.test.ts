import { describe, expect, test } from 'vitest'
import { createOriginCheck } from './origin-check.ts'

const check = createOriginCheck([])

describe('the origin of a request', () => {
  test.each([
    ['no browser', { host: 'chat.example.com' }, true],
    ['our own page', { host: 'chat.example.com', origin: 'https://chat.example.com' }, true],
    ['our own page on a port', { host: 'localhost:8080', origin: 'http://localhost:8080' }, true],
    ['another port', { host: 'localhost:8080', origin: 'http://localhost:5173' }, false],
    ['another name', { host: 'chat.example.com', origin: 'https://evil.example' }, false],
    [
      'a name that only begins with ours',
      { host: 'chat.example.com', origin: 'https://chat.example.com.evil.example' },
      false,
    ],
    ['a sub-domain', { host: 'example.com', origin: 'https://evil.example.com' }, false],
    ['a sandboxed frame', { host: 'chat.example.com', origin: 'null' }, false],
    ['no address at all', { host: 'chat.example.com', origin: '//' }, false],
    ['a file', { host: 'chat.example.com', origin: 'file://' }, false],
    ['an extension', { host: 'chat.example.com', origin: 'chrome-extension://abc' }, false],
    [
      'a default port left out by the browser',
      { host: 'chat.example.com:443', origin: 'https://chat.example.com' },
      true,
    ],
    [
      'a default port of the other scheme',
      { host: 'chat.example.com:443', origin: 'http://chat.example.com' },
      false,
    ],
    ['capitals', { host: 'Chat.Example.com', origin: 'https://chat.example.com' }, true],
    ['IPv6', { host: '[::1]:8080', origin: 'http://[::1]:8080' }, true],
    ['no host', { origin: 'https://chat.example.com' }, false],
    [
      'a proxy that rewrites the host',
      { host: 'shoal:8080', 'x-forwarded-host': 'chat.example.com', origin: 'https://chat.example.com' },
      true,
    ],
    [
      'two proxies that rewrite it',
      {
        host: 'shoal:8080',
        'x-forwarded-host': 'chat.example.com, inner',
        origin: 'https://chat.example.com',
      },
      true,
    ],
    [
      'a proxy that hides the host',
      { host: 'shoal:8080', 'sec-fetch-site': 'same-origin', origin: 'https://chat.example.com' },
      true,
    ],
    ['another site without an origin', { host: 'chat.example.com', 'sec-fetch-site': 'cross-site' }, false],
    ['a sister site without an origin', { host: 'chat.example.com', 'sec-fetch-site': 'same-site' }, false],
    ['an address typed in', { host: 'chat.example.com', 'sec-fetch-site': 'none' }, true],
  ])('%s', (_name, headers, expected) => {
    expect(check(headers)).toBe(expected)
  })

  test('WEBUI_URL and CORS_ALLOW_ORIGIN add to the request’s own host', () => {
    const also = createOriginCheck(['https://chat.example.com/some/path', 'http://other.example:81'])
    expect(also({ host: 'shoal:8080', origin: 'https://chat.example.com' })).toBe(true)
    expect(also({ host: 'shoal:8080', origin: 'http://other.example:81' })).toBe(true)
    expect(also({ host: 'shoal:8080', origin: 'http://other.example' })).toBe(false)
    expect(also({ host: 'shoal:8080', origin: 'http://shoal:8080' })).toBe(true)
  })

  test('* does not allow requests with the cookie', () => {
    expect(createOriginCheck(['*'])({ host: 'chat.example.com', origin: 'https://evil.example' })).toBe(false)
  })
})
