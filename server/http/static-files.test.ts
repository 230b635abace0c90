import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'

const page = '<!doctype html><title>Shoal</title>'
const script = 'console.log("swim")\n'.repeat(100)

let root: string
let it: HttpFixture
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'shoal-static-'))
  mkdirSync(join(root, 'assets'))
  writeFileSync(join(root, 'index.html'), page)
  writeFileSync(join(root, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  writeFileSync(join(root, '.secret'), 'no')
  writeFileSync(join(root, 'assets/app-1a2b.js'), script)
  writeFileSync(join(root, 'assets/app-1a2b.js.br'), brotliCompressSync(script))
  writeFileSync(join(root, 'assets/app-1a2b.js.gz'), gzipSync(script))
  writeFileSync(join(root, 'assets/font-9z.woff2'), 'font')
  writeFileSync(join(root, '..', 'outside.txt'), 'outside')
  it = await startHttp({ config: { webRoot: root } })
})
afterEach(async () => {
  await it.close()
  rmSync(root, { recursive: true })
})

async function bytes(path: string, encoding: string): Promise<[Response, Buffer]> {
  // `fetch` would decompress the body.
  const answer = await fetch(`http://127.0.0.1:${it.port}${path}`, {
    headers: { 'accept-encoding': encoding },
  })
  return [answer, Buffer.from(await answer.arrayBuffer())]
}

describe('files with a hash in their name', () => {
  test('are cached for a year', async () => {
    const answer = await it.send({ path: '/assets/app-1a2b.js' })
    expect(answer.status).toBe(200)
    expect(answer.text).toBe(script)
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(answer.headers['content-type']).toContain('/javascript')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
  })

  test('are compressed if the client accepts it', async () => {
    for (const [encoding, unpack] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      const answer = await it.send({ path: '/assets/app-1a2b.js', headers: { 'accept-encoding': encoding } })
      expect(answer.headers['content-encoding']).toBe(encoding)
      expect(answer.headers.vary).toContain('accept-encoding')
      expect(answer.headers['content-type']).toContain('/javascript')
      const packed = encoding === 'br' ? brotliCompressSync(script) : gzipSync(script)
      expect(answer.headers['content-length']).toBe(String(packed.length))
      expect(unpack(packed).toString()).toBe(script)
      const [, plain] = await bytes('/assets/app-1a2b.js', encoding)
      expect(plain.toString()).toBe(script)
    }
    const both = await it.send({
      path: '/assets/app-1a2b.js',
      headers: { 'accept-encoding': 'gzip, deflate, br' },
    })
    expect(both.headers['content-encoding']).toBe('br')
    const uncompressed = await it.send({
      path: '/assets/font-9z.woff2',
      headers: { 'accept-encoding': 'br' },
    })
    expect([uncompressed.text, uncompressed.headers['content-encoding']]).toEqual(['font', undefined])
  })

  test('get a 404 that is not cached if they are missing', async () => {
    for (const path of [
      '/assets/app-old.js',
      '/assets/',
      '/assets/none',
      '/favicon.png',
      '/robots.txt',
      '/assets/app-1a2b.js.map',
    ]) {
      const answer = await it.send({ path, headers: { accept: 'text/html', 'accept-encoding': 'br' } })
      expect([answer.status, answer.json?.error.code], path).toEqual([404, 'not_found'])
      expect(answer.headers['cache-control'], path).toBe('no-store')
    }
  })

  test('are not sent again to clients that have cached them', async () => {
    const { etag } = (await it.send({ path: '/assets/app-1a2b.js' })).headers
    expect(etag).toBeDefined()
    const again = await it.send({ path: '/assets/app-1a2b.js', headers: { 'if-none-match': etag } })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  test('answer HEAD', async () => {
    const answer = await it.send({ method: 'HEAD', path: '/assets/app-1a2b.js' })
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([
      200,
      '',
      String(script.length),
    ])
  })
})

describe('the page', () => {
  test.each(['/', '/index.html', '/c/0199-abc', '/c/1.2', '/settings', '/settings/', '/users?q=/c/1.2'])(
    'is served at %s',
    async (path) => {
      const answer = await it.send({ path })
      expect([answer.status, answer.text]).toEqual([200, page])
      expect(answer.headers['cache-control']).toBe('no-cache')
      expect(answer.headers.etag).toBeDefined()
    },
  )

  test('has restrictive security headers', async () => {
    const { headers } = await it.send({ path: '/' })
    const policy = String(headers['content-security-policy'])
    for (const rule of [
      "default-src 'none'",
      "script-src 'self';",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "object-src 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types shoal',
    ]) {
      expect(policy).toContain(rule)
    }
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(headers['permissions-policy']).toContain('camera=()')
  })

  test('is not served at the paths of the API', async () => {
    for (const path of ['/api', '/api/nothing', '/v1', '/ws', '/ws/socket.io', '/metrics']) {
      const answer = await it.send({ path, headers: { accept: 'text/html' } })
      expect([answer.status, answer.json.error.code], path).toEqual([404, 'not_found'])
    }
  })

  test('is replaced by a text on how to build it if it is missing', async () => {
    rmSync(join(root, 'index.html'))
    const answer = await it.send({ path: '/' })
    expect(answer.status).toBe(404)
    expect(answer.text).toContain('npm run build')
    writeFileSync(join(root, 'index.html'), page)
    expect((await it.send({ path: '/' })).text).toBe(page)
  })

  test('may be missing together with its folder', async () => {
    await it.close()
    it = await startHttp({ config: { webRoot: join(root, 'nowhere') } })
    expect((await it.send({ path: '/' })).text).toContain('npm run build')
    expect((await it.send({ path: '/assets/x.js' })).status).toBe(404)
    expect((await it.send({ path: '/health' })).status).toBe(200)
  })
})

test.each([
  '/../outside.txt',
  '/assets/../../outside.txt',
  '/%2e%2e/outside.txt',
  '/..%2foutside.txt',
  '/assets/..%5c..%5coutside.txt',
  '/.secret',
  '/assets/%00.js',
])('%s gives no access to other files', async (path) => {
  const answer = await it.send({ path })
  expect(answer.text).not.toBe('outside')
  expect(answer.text).not.toBe('no')
  // Without an extension, the path counts as a path of the page.
  if (answer.text !== page) expect([400, 403, 404]).toContain(answer.status)
})

describe('B11: below a base path', () => {
  const html =
    '<!doctype html>\n<html lang="en">\n<link href="/favicon.svg"><script src="/assets/app-1a2b.js"></script><a href="//cdn.example/x">x</a>'
  beforeEach(async () => {
    await it.close()
    writeFileSync(join(root, 'index.html'), html)
    it = await startHttp({ config: { webRoot: root, basePath: '/team/chat' } })
  })

  test.each(['', '/team/chat'])('the page and its files are served at %s/…', async (prefix) => {
    for (const path of ['/', '/c/1', '/settings?x=/']) {
      const answer = await it.send({ path: prefix + path, headers: { accept: 'text/html' } })
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('<html data-base="/team/chat" lang="en">')
      expect(answer.text).toContain('href="/team/chat/favicon.svg"')
      expect(answer.text).toContain('src="/team/chat/assets/app-1a2b.js"')
      expect(answer.text).toContain('href="//cdn.example/x"')
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-frame-options': 'DENY' })
    }
    expect((await it.send({ path: `${prefix}/assets/app-1a2b.js` })).text).toBe(script)
    expect((await it.send({ path: `${prefix}/health` })).status).toBe(200)
    expect((await it.send({ path: `${prefix}/api/app` })).status).toBe(200)
    expect((await it.send({ path: `${prefix}/nothing` })).status).toBe(404)
  })

  test('the base path without a slash is the page; a path that only begins with the same letters is not', async () => {
    for (const path of ['/team/chat', '/team/chat?x=1'])
      expect((await it.send({ path })).text).toContain('data-base')
    for (const path of ['/team/chatter', '/team', '/team/chat/team/chat/x'])
      expect((await it.send({ path })).status, path).toBe(404)
  })
})

test('B11: without a base path the page is served as it was built', async () => {
  writeFileSync(join(root, 'index.html'), '<html lang="en"><script src="/theme.js">')
  expect((await it.send({ path: '/' })).text).toBe('<html lang="en"><script src="/theme.js">')
})
