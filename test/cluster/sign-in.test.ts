import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import type { Config } from '../../server/config.ts'
import { startInstance } from '../../server/instance.ts'
import { startInProcess } from '../support/in-process-fleet.ts'
import type { InProcessFleet } from '../support/in-process-fleet.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const password = 'correct horse'
const email = 'admin@example.com'

/** Signs in over HTTP with these headers. */
function signIn(url: string, headers: Record<string, string> = {}, secret = password): Promise<Response> {
  return fetch(`${url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ email, password: secret }),
  })
}

/** The cookies that a browser sends after this response: it stores them by host name, regardless of the port. */
function cookiesAfter(response: Response, before = ''): string {
  const jar = new Map(before.split('; ').map((pair) => [pair.split('=')[0], pair]))
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split('; ')
    jar.set(pair.split('=')[0], pair)
  }
  return [...jar.values()].filter(Boolean).join('; ')
}

const whoIs = async (url: string, cookie: string): Promise<Response> =>
  fetch(`${url}/api/auth/me`, { headers: { cookie } })

describe('S23: the first visitor', () => {
  test('S23: needs the setup code from the log on another machine, and none on this machine', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) })
    await using folder = await temporaryFolder('first-visitor')
    const instance = await startInstance({ config: configIn(folder.path), version: '0.0.0-test', logger })
    try {
      await instance.started
      const url = `http://127.0.0.1:${instance.port}`
      const app = async (headers: Record<string, string>): Promise<unknown> =>
        (await fetch(`${url}/api/app`, { headers })).json()
      const behindProxy = { 'x-forwarded-for': '203.0.113.9' }
      expect(await app({})).toMatchObject({ signUp: 'first', setupCode: false })
      expect(await app(behindProxy)).toMatchObject({ signUp: 'first', setupCode: true })
      const [, setupCode] = /setup code: ([0-9A-Z-]{14})/.exec(lines.join('')) ?? []
      const signUp = (body: object, headers = {}): Promise<Response> =>
        fetch(`${url}/api/auth/sign-up`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ name: 'Ann', email, password, ...body }),
        })
      expect((await signUp({}, behindProxy)).status).toBe(403)
      expect((await signUp({ setupCode: '0000-0000-0000' }, behindProxy)).status).toBe(403)
      expect((await signUp({ setupCode }, behindProxy)).status).toBe(200)
      expect(await app(behindProxy)).toMatchObject({ signUp: 'closed', setupCode: false })
    } finally {
      await instance.stop()
    }
  })
})

function configIn(dataDir: string): Config {
  const reading = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    ENABLE_OLLAMA_API: 'false',
    SHUTDOWN_GRACE_SECONDS: '1',
  })
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading.config
}

describe('signing in over HTTP', () => {
  let one: InProcessFleet
  let two: InProcessFleet
  let urls: [url: string, other: string]
  beforeAll(async () => {
    ;[one, two] = await Promise.all([startInProcess(), startInProcess()])
    urls = [one.urls()[0] ?? '', two.urls()[0] ?? '']
  })
  afterAll(() => Promise.all([one?.stop(), two?.stop()]))

  test('B9: two installations on one host keep their sessions apart', async () => {
    const first = cookiesAfter(await signIn(urls[0]))
    const jar = cookiesAfter(await signIn(urls[1], { cookie: first }), first)
    for (const url of urls) expect((await whoIs(url, jar)).status).toBe(200)
  })

  test('B9: the cookie of earlier versions is read and replaced', async () => {
    const { token } = (await (await signIn(urls[0])).json()) as { token: string }
    const answer = await whoIs(urls[0], `token=${token}`)
    expect(answer.status).toBe(200)
    const [line = ''] = answer.headers.getSetCookie()
    expect(line).toMatch(/^shoal_\w+=/)
    expect((await whoIs(urls[0], line.split(';')[0] ?? '')).status).toBe(200)
  })

  test('S17: over HTTPS the cookie is Secure and bound to the host, and a second sign-in ends the first session', async () => {
    const https = { 'x-forwarded-proto': 'https' }
    const answer = await signIn(urls[0], https)
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000')
    for (const line of answer.headers.getSetCookie()) {
      expect(line).toMatch(/^__Host-shoal_[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/)
    }
    const first = cookiesAfter(answer)
    const second = cookiesAfter(await signIn(urls[0], { ...https, cookie: first }), first)
    expect((await whoIs(urls[0], first)).status).toBe(401)
    expect((await whoIs(urls[0], second)).status).toBe(200)
  })

  test('S7: a flood of sign-ins does not keep other users out', async () => {
    const [url] = urls
    const device = cookiesAfter(await signIn(url))
    const enough = new AbortController()
    const flood = Array.from({ length: 300 }, (_, n) =>
      fetch(`${url}/api/auth/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${n % 200}` },
        body: JSON.stringify({ email: `nobody-${n}@example.com`, password: 'a guess' }),
        signal: enough.signal,
      }).catch(() => undefined),
    )
    try {
      const answers = await Promise.all([
        signIn(url, { 'x-forwarded-for': '203.0.113.1', cookie: device }),
        ...Array.from({ length: 4 }, (_, n) => signIn(url, { 'x-forwarded-for': `198.51.${n}.1` })),
      ])
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    } finally {
      enough.abort()
      await Promise.all(flood)
    }
  })

  test('S6: a private peer that rotates X-Forwarded-For gets no more guesses than without it', async () => {
    const device = cookiesAfter(await signIn(urls[0]))
    const statuses: number[] = []
    for (let n = 0; n < 240; n++) {
      const claims = [
        `203.0.113.${n}`,
        `2001:db8:${n}::1`,
        `198.51.100.${n}, 10.0.0.${n}`,
        '',
        'x'.repeat(4000),
      ]
      statuses.push((await signIn(urls[0], { 'x-forwarded-for': claims[n % 5]! }, 'a guess')).status)
    }
    const guesses = statuses.filter((status) => status === 401).length
    expect(guesses).toBeGreaterThan(5)
    expect(guesses).toBeLessThanOrEqual(20)
    expect(statuses.filter((status) => status !== 401 && status !== 429)).toEqual([])
    expect((await signIn(urls[0], { 'x-forwarded-for': '203.0.113.250' })).status).toBe(429)
    expect((await signIn(urls[0], { cookie: device })).status).toBe(200)
  })
})
