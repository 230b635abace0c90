/**
 * Unusual and invalid targets, headers and requests, which Shoal's own clients never send. One character is one byte.
 */
import fc from 'fast-check'
import { text } from './values.ts'

export const bytes = (value: string): string => Buffer.from(value, 'utf8').toString('latin1')

export const encoded = fc.oneof(
  text.map((it) => encodeURIComponent(it.toWellFormed())),
  text.map((it) => bytes(it.toWellFormed()).replaceAll(/[\s?#]/g, '')),
)

/** Request targets that no route expects. */
export const oddTarget: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '//',
    '///',
    '/\\',
    '/%',
    '/%zz',
    '/%2e%2e/',
    '/../../etc/passwd',
    '*',
    '?',
    'http://',
    'http://[/ws',
    'http://x:99999/',
    '/ws',
    '//ws',
    '/ws/x',
    '/api//',
    '/api/%',
    '/v1/',
    '/\u0080\u00ff',
    `/${'a'.repeat(9000)}`,
    `/?${'a=&'.repeat(3000)}`,
  ),
  fc
    .tuple(fc.constantFrom('/', '//', '/api/', '/v1/', '/ws', '/ws?', '/chat/'), encoded)
    .map((it) => it.join('')),
)

const header: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'Host: a b',
    'Host: [',
    'Host: x\r\nHost: y',
    'Origin: null',
    'Origin: http://[',
    'Origin: https://evil.example',
    'Sec-Fetch-Site: cross-site',
    'X-Forwarded-For: ,,::1%lo,999.1.1.1',
    'X-Forwarded-Proto: ,',
    'X-Forwarded-Host: [',
    'X-Request-Id: a b"c',
    'Expect: 100-continue',
    'Expect: nothing',
    'Upgrade: h2c',
    'Connection: Upgrade, HTTP2-Settings',
    'Range: bytes=9-1,a',
    'If-None-Match: "',
    'If-Modified-Since: never',
    'Accept-Encoding: gzip;q=x, *',
    'Cookie: token=%; =; ;token',
    'Cookie: token',
    'Authorization: Bearer',
    'Authorization: Basic :',
    'Content-Type: text/plain',
    'Content-Type: application/json; charset=utf-7',
    'Content-Type: multipart/form-data',
    'Access-Control-Request-Method: X',
    'Access-Control-Request-Headers: \u00ff',
    'Transfer-Encoding: gzip, chunked',
    'Last-Event-ID: \u0001',
  ),
  fc
    .tuple(
      fc.constantFrom(
        'Cookie',
        'Host',
        'Origin',
        'User-Agent',
        'X-Forwarded-For',
        'X-Request-Id',
        'Referer',
        'X',
      ),
      text,
    )
    .map(([name, value]) => `${name}: ${bytes(value.toWellFormed()).replaceAll(/[\r\n]/g, ' ')}`),
)
export const headers = fc.array(header, { maxLength: 4 })

/** Invalid request lines and headers, and random bytes. */
export const malformed: fc.Arbitrary<string[]> = fc.oneof(
  fc.array(
    fc.uint8Array({ maxLength: 200 }).map((it) => Buffer.from(it).toString('latin1')),
    { minLength: 1, maxLength: 3 },
  ),
  fc
    .tuple(
      fc.constantFrom('GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'X', 'get', 'CONNECT', ''),
      fc.oneof(oddTarget, encoded),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1.1 x', '', 'http/1.1'),
      fc.constantFrom('\r\n', '\n', '\r', '\r\n\r\n'),
      headers,
    )
    .map(([verb, target, version, end, lines]) => [
      [`${verb} ${target} ${version}`, ...lines].join(end) + end + end,
    ]),
  fc.constantFrom<string[]>(
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
    ['PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n'],
    [`GET / HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`],
    [`GET / HTTP/1.1\r\n${'X: a\r\n'.repeat(3000)}\r\n`],
    ['GET / HTTP/1.1\r\nHost: x\r\n\r\nGET // HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n'],
  ),
)
