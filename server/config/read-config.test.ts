import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeConfig, describeProblems } from './describe-config.ts'
import type { Finding } from '../base/index.ts'
import { readConfig } from './read-config.ts'
import type { Config } from './read-config.ts'

function read(env: Record<string, string>): Config {
  const reading = readConfig(env)
  if (!reading.ok) throw new Error(describeProblems(reading.problems))
  return reading.config
}

function warnings(env: Record<string, string>): string[] {
  return readConfig(env).warnings
}

function problems(env: Record<string, string>): Finding[] {
  const reading = readConfig(env)
  return reading.ok ? [] : reading.problems
}

describe('B11: WEBUI_BASE_PATH', () => {
  test.each([
    ['', ''],
    ['/', ''],
    ['chat', '/chat'],
    ['/chat/', '/chat'],
    ['/teams/a-b_c.d~e', '/teams/a-b_c.d~e'],
  ])('%j is %j', (WEBUI_BASE_PATH, expected) => {
    expect(read({ WEBUI_BASE_PATH }).http.basePath).toBe(expected)
  })

  test.each(['https://host/chat', '/a b', '/a/../b', '/"><script>', '/api', 'v1/', '/ws', '/assets/x'])(
    '%j is refused',
    (WEBUI_BASE_PATH) => {
      expect(problems({ WEBUI_BASE_PATH })).toMatchObject([{ about: 'WEBUI_BASE_PATH' }])
    },
  )
})

describe('invalid values are refused with the variable and the cure', () => {
  test.each<[Record<string, string>, string, RegExp]>([
    [{ PORT: '99999' }, 'PORT', /0 to 65535/],
    [{ PORT: '80a' }, 'PORT', /whole number/],
    [{ ENABLE_SIGNUP: 'maybe' }, 'ENABLE_SIGNUP', /neither true nor false/],
    [{ DEFAULT_USER_ROLE: 'boss' }, 'DEFAULT_USER_ROLE', /pending, user, admin/],
    [{ JWT_EXPIRES_IN: '4 weeks' }, 'JWT_EXPIRES_IN', /duration/],
    [{ JWT_EXPIRES_IN: '-2' }, 'JWT_EXPIRES_IN', /duration/],
    [{ FORWARDED_ALLOW_IPS: '10.0.0.0/33' }, 'FORWARDED_ALLOW_IPS', /10\.0\.0\.0\/33/],
    [{ CORS_ALLOW_ORIGIN: 'example.com' }, 'CORS_ALLOW_ORIGIN', /example\.com/],
    [{ WEBUI_URL: 'chat.example.com' }, 'WEBUI_URL', /http/],
    [{ DATABASE_URL: 'mysql://u:geheim@h/d' }, 'DATABASE_URL', /PostgreSQL/],
    [{ DATABASE_URL: 'postgres://u:ge/heim@h/d' }, 'DATABASE_URL', /unescaped "\/".*%2F/],
    [{ REDIS_KEY_PREFIX: '{x}' }, 'REDIS_KEY_PREFIX', /key/],
    [{ REDIS_CLUSTER: 'true' }, 'REDIS_CLUSTER', /REDIS_URL/],
    [{ REDIS_SENTINEL_HOSTS: 's1' }, 'REDIS_SENTINEL_HOSTS', /REDIS_URL/],
    [{ REDIS_SOCKET_CONNECT_TIMEOUT: '5s' }, 'REDIS_SOCKET_CONNECT_TIMEOUT', /milliseconds/],
    [{ REDIS_TLS_CERT_FILE: '/c' }, 'REDIS_TLS_KEY_FILE', /together/],
    [{ WEBUI_SESSION_COOKIE_SAME_SITE: 'none' }, 'WEBUI_SESSION_COOKIE_SAME_SITE', /Secure/],
    [{ WEBUI_AUTH_COOKIE_SAME_SITE: 'none' }, 'WEBUI_AUTH_COOKIE_SAME_SITE', /Secure/],
    [{ WEBUI_ADMIN_EMAIL: 'a@example.com' }, 'WEBUI_ADMIN_PASSWORD', /both/],
    [{ WEBUI_ADMIN_EMAIL: 'a', WEBUI_ADMIN_PASSWORD: 'long enough' }, 'WEBUI_ADMIN_EMAIL', /email/],
    [{ OPENAI_API_KEYS: 'a;b', OPENAI_API_BASE_URLS: 'http://a' }, 'OPENAI_API_KEYS', /2 keys for 1/],
    [{ OPENAI_API_BASE_URLS: 'http://a;b' }, 'OPENAI_API_BASE_URLS', /"b"/],
    [{ OPENAI_API_CONFIGS: '{' }, 'OPENAI_API_CONFIGS', /JSON/],
    [{ OPENAI_API_CONFIGS: '{"0":{"continues":"x"}}' }, 'OPENAI_API_CONFIGS', /0\.continues/],
    [{ GLOBAL_LOG_LEVEL: 'LOUD' }, 'GLOBAL_LOG_LEVEL', /LOUD/],
    [{ SHUTDOWN_GRACE_SECONDS: '-1' }, 'SHUTDOWN_GRACE_SECONDS', /seconds/],
    [{ RUN_TAKEOVER_POLICY: 'ask' }, 'RUN_TAKEOVER_POLICY', /restart/],
    [{ WEBUI_SECRET_KEY_FILE: '/nowhere/key' }, 'WEBUI_SECRET_KEY_FILE', /ENOENT/],
  ])('%o', (env, variable, problem) => {
    const found = problems(env)
    expect(found).toHaveLength(1)
    expect(found[0]?.about).toBe(variable)
    expect(`${found[0]?.problem} ${found[0]?.cure}`).toMatch(problem)
    expect(found[0]?.cure).not.toBe('')
  })

  test('reports all problems at once', () => {
    expect(problems({ PORT: 'x', ENABLE_SIGNUP: 'y' }).map(({ about }) => about)).toEqual([
      'PORT',
      'ENABLE_SIGNUP',
    ])
  })
})

test.each([
  ['4w', 28 * 86_400_000],
  ['24h', 86_400_000],
  ['1d12h', 129_600_000],
  ['3600', 3_600_000],
  ['-1', null],
])('JWT_EXPIRES_IN=%s', (value, expected) => {
  expect(read({ JWT_EXPIRES_IN: value }).accounts.tokenLifetimeMs).toBe(expected)
})

test('a connect timeout under 100 counts as seconds, with a warning', () => {
  expect(read({ REDIS_SOCKET_CONNECT_TIMEOUT: '5' }).redis.connectTimeoutMs).toBe(5000)
  expect(warnings({ REDIS_SOCKET_CONNECT_TIMEOUT: '5' })).toEqual([
    expect.stringContaining('taken as seconds'),
  ])
})

test('accepts escaped quotes in JSON, as deployment tools write them', () => {
  const config = read({ OLLAMA_BASE_URL: 'http://o', OLLAMA_API_CONFIGS: '{\\"0\\":{\\"name\\":\\"L\\"}}' })
  expect(config.upstream.connections[0]?.name).toBe('L')
})

test('an SQLite address of another product is ignored, and its file stays untouched', () => {
  expect(read({ DATABASE_URL: 'sqlite:////app/data/webui.db' }).store.databaseUrl).toBeNull()
  expect(warnings({ DATABASE_URL: 'sqlite:////app/data/webui.db' })).toEqual([
    expect.stringContaining('stays untouched'),
  ])
})

test('the command line wins over the environment, and `shoal config` shows the source', () => {
  const reading = readConfig({ PORT: '1', HOST: 'h' }, { PORT: '2' })
  if (!reading.ok) throw new Error('refused')
  expect(reading.config.http.port).toBe(2)
  expect(describeConfig(reading.effective)).toMatch(
    /^PORT +2 {2}\[command line\]\nHOST +h {2}\[environment\]\n/,
  )
})

test('old names are read, with a warning', () => {
  const old = { WEBUI_JWT_SECRET_KEY: 'o'.repeat(20), WEBSOCKET_REDIS_URL: 'redis://old' }
  expect(read(old).accounts.secretKey).toBe('o'.repeat(20))
  expect(read(old).redis.url).toBe('redis://old')
  expect(warnings(old)).toHaveLength(2)
  expect(read({ ...old, REDIS_URL: 'redis://new' }).redis.url).toBe('redis://new')
  expect(warnings({ ...old, REDIS_URL: 'redis://new' })).toContainEqual(
    'WEBSOCKET_REDIS_URL is ignored: REDIS_URL is set too, and wins; remove WEBSOCKET_REDIS_URL',
  )
})

test('a secret may come from a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'key')
  writeFileSync(path, `${'f'.repeat(40)}\n`)
  const reading = readConfig({ WEBUI_SECRET_KEY_FILE: path })
  if (!reading.ok) throw new Error('refused')
  expect(reading.config.accounts.secretKey).toBe('f'.repeat(40))
  expect(reading.warnings).toEqual([])
  expect(describeConfig(reading.effective)).toContain('***  [file, WEBUI_SECRET_KEY_FILE]')
})

test('no secret is ever shown, whether its value is valid or not', () => {
  const secret = 'hunter2hunter2hunter2'
  const good = readConfig({
    WEBUI_SECRET_KEY: secret,
    REDIS_URL: `redis://user:${secret}/x@host:6379`,
    DATABASE_URL: `postgres://u:${secret}@h/d`,
    DATABASE_PASSWORD: secret,
    OPENAI_API_KEYS: secret,
    OPENAI_API_BASE_URLS: `http://u:${secret}@a/v1`,
    REDIS_SENTINEL_PASSWORD: secret,
    WEBUI_ADMIN_EMAIL: 'a@example.com',
    WEBUI_ADMIN_PASSWORD: secret,
  })
  if (!good.ok) throw new Error('refused')
  expect(describeConfig(good.effective)).not.toContain('hunter2')
  expect(describeConfig(good.effective)).toContain('redis://user:***@host:6379')
  expect(good.warnings.join()).not.toContain('hunter2')
  const bad = [
    { DATABASE_URL: `mysql://u:${secret}@h/d` },
    { OPENAI_API_BASE_URL: `ftp://u:${secret}@h/d` },
    { WEBUI_ADMIN_EMAIL: 'a@example.com', WEBUI_ADMIN_PASSWORD: 'hunter2' },
  ].map((env) => describeProblems(problems(env)))
  for (const text of bad) expect(text).not.toBe('')
  expect(bad.join()).not.toContain('hunter2')
})

test('the whole configuration is frozen', () => {
  const config = read({ OLLAMA_BASE_URL: 'http://o' })
  const parts: unknown[] = [config, config.http, config.http.trustedProxies, config.upstream.connections[0]]
  expect(parts.every((part) => Object.isFrozen(part))).toBe(true)
})

describe('variables that Kubernetes sets for the Services of a namespace', () => {
  test('B7: are ignored with a warning if Shoal has a variable of the same name', () => {
    const link = 'tcp://10.0.0.7:5432'
    const url = 'postgresql://u:p@db/shoal'
    const found = read({ DATABASE_URL: url, DATABASE_PORT: link, REDIS_SENTINEL_PORT: link, PORT: link })
    expect(found.store.databaseUrl).toBe(url)
    expect(found.redis.sentinelPort).toBe(26_379)
    expect(found.http.port).toBe(8080)
    expect(warnings({ DATABASE_URL: url, DATABASE_PORT: link })).toEqual([
      expect.stringMatching(/^DATABASE_PORT is ignored.*Kubernetes.*enableServiceLinks/),
    ])
    expect(warnings({ WEBSOCKET_SENTINEL_PORT: 'udp://[fd00::1]:26379' })).toEqual([
      expect.stringMatching(/^WEBSOCKET_SENTINEL_PORT is ignored/),
    ])
  })

  test('B7: are not reported otherwise', () => {
    expect(
      warnings({
        DATABASE_SERVICE_HOST: '10.0.0.7',
        DATABASE_SERVICE_PORT: '5432',
        DATABASE_PORT_5432_TCP: 'tcp://10.0.0.7:5432',
        DATABASE_PORT_5432_TCP_PROTO: 'tcp',
        DATABASE_PORT_5432_TCP_ADDR: '10.0.0.7',
        REDIS_PORT: 'tcp://10.0.0.8:6379',
      }),
    ).toEqual([])
  })

  test('B7: an invalid value of an unused variable prevents no start either', () => {
    const url = 'postgresql://u:p@db/shoal'
    expect(warnings({ DATABASE_URL: url, DATABASE_PORT: '5432/tcp' })).toEqual([
      expect.stringMatching(/^DATABASE_PORT has no effect here, and is wrong/),
    ])
    const parts = {
      DATABASE_TYPE: 'postgresql',
      DATABASE_USER: 'u',
      DATABASE_PASSWORD: 'p',
      DATABASE_NAME: 'n',
    }
    expect(warnings({ ...parts, DATABASE_HOST: 'h', DATABASE_PORT: 'tcp://10.0.0.7:1' })).toEqual([
      expect.stringMatching(/^DATABASE_PORT is ignored/),
      expect.stringMatching(/^DATABASE_HOST has no effect: set DATABASE_PORT too/),
    ])
  })
})

test('B6: the URL forms of libpq are accepted, and ignored parameters are reported', () => {
  const url = 'postgresql://u:p@/db?host=/cloudsql/x&connect_timeout=3'
  expect(read({ DATABASE_URL: url }).store.databaseUrl).toBe(url)
  expect(warnings({ DATABASE_URL: url })).toEqual([
    'DATABASE_URL: its parameter "connect_timeout" is ignored',
  ])
  expect(read({ DATABASE_URL: 'postgresql://u:p@a:1,b:2/db' }).store.databaseUrl).toBeDefined()
})
