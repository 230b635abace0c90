import { describe, expect, test } from 'vitest'
import { describeProblems } from './describe-config.ts'
import { readConfig } from './read-config.ts'
import type { Config } from './read-config.ts'
import { variables } from './variables.ts'

function read(env: Record<string, string>): Config {
  const reading = readConfig(env)
  if (!reading.ok) throw new Error(describeProblems(reading.problems))
  return reading.config
}

type Effect = [
  value: string,
  observed: (config: Config) => unknown,
  expected: unknown,
  others?: Record<string, string>,
]

/** For each variable: a value that is not its default, and where the value takes effect. */
const effects: Record<string, Effect> = {
  PORT: ['9090', (c) => c.http.port, 9090],
  HOST: ['::1', (c) => c.http.host, '::1'],
  WEBUI_NAME: ['Team', (c) => c.http.name, 'Team'],
  WEBUI_URL: ['https://chat.example.com/', (c) => c.http.publicUrl, 'https://chat.example.com'],
  WEBUI_BASE_PATH: ['/team/chat/', (c) => c.http.basePath, '/team/chat'],
  CORS_ALLOW_ORIGIN: [
    'https://a.example;http://b.example:81/',
    (c) => c.http.allowedOrigins,
    ['https://a.example', 'http://b.example:81'],
  ],
  FORWARDED_ALLOW_IPS: [
    '203.0.113.7, 198.51.100.0/24',
    (c) => c.http.trustedProxies,
    ['203.0.113.7', '198.51.100.0/24'],
  ],
  WORKERS: ['3', (c) => c.instance.workers, 3, { DATABASE_URL: 'postgres://d/x', REDIS_URL: 'redis://r' }],
  INSTANCE_ID: ['instance-1', (c) => c.instance.label, 'instance-1'],
  DATA_DIR: ['/srv/shoal', (c) => c.store.dataDir, '/srv/shoal'],
  DATABASE_URL: [
    'postgresql+asyncpg://u:p@db:5432/chat',
    (c) => c.store.databaseUrl,
    'postgresql+asyncpg://u:p@db:5432/chat',
  ],
  ...Object.fromEntries(
    ['TYPE', 'USER', 'PASSWORD', 'HOST', 'PORT', 'NAME'].map((part, index): [string, Effect] => {
      const six = ['postgresql', 'me', 'a/b', 'db', '5433', 'chat']
      const others = ['TYPE', 'USER', 'PASSWORD', 'HOST', 'PORT', 'NAME'].map((name, at) => [
        `DATABASE_${name}`,
        six[at] ?? '',
      ])
      return [
        `DATABASE_${part}`,
        [
          six[index] ?? '',
          (c) => c.store.databaseUrl,
          'postgresql://me:a%2Fb@db:5433/chat',
          Object.fromEntries(others.filter(([name]) => name !== `DATABASE_${part}`)),
        ],
      ]
    }),
  ),
  DATABASE_MIGRATION_URL: [
    'postgres://owner:p@db/chat',
    (c) => c.store.migrationUrl,
    'postgres://owner:p@db/chat',
    { DATABASE_URL: 'postgres://app:p@db/chat' },
  ],
  DATABASE_POOL_SIZE: ['4', (c) => c.store.poolSize, 4],
  DATABASE_START_TIMEOUT: ['30', (c) => c.store.startTimeoutMs, 30_000],
  ENABLE_DB_MIGRATIONS: ['False', (c) => c.store.migrate, false],
  REDIS_URL: ['redis://r:6379', (c) => c.redis.url, 'redis://r:6379'],
  REDIS_CLUSTER: ['true', (c) => c.redis.cluster, true, { REDIS_URL: 'redis://a,b' }],
  REDIS_SENTINEL_HOSTS: [
    's1,s2:26380',
    (c) => c.redis.sentinelHosts,
    's1,s2:26380',
    { REDIS_URL: 'redis://m' },
  ],
  REDIS_SENTINEL_PORT: ['26400', (c) => c.redis.sentinelPort, 26_400],
  REDIS_SENTINEL_USERNAME: ['watch', (c) => c.redis.sentinelUsername, 'watch'],
  REDIS_SENTINEL_PASSWORD: ['s3', (c) => c.redis.sentinelPassword, 's3'],
  REDIS_SENTINEL_MAX_RETRY_COUNT: ['5', (c) => c.redis.maxRetryCount, 5],
  REDIS_KEY_PREFIX: ['team:', (c) => c.redis.keyPrefix, 'team'],
  REDIS_SOCKET_CONNECT_TIMEOUT: ['5000', (c) => c.redis.connectTimeoutMs, 5000],
  REDIS_RECONNECT_DELAY: ['1000', (c) => c.redis.reconnectDelayMs, 1000],
  REDIS_TLS_CA_FILE: ['/ca.pem', (c) => c.redis.tls.caFile, '/ca.pem', { REDIS_URL: 'rediss://r' }],
  REDIS_TLS_CERT_FILE: ['/c.pem', (c) => c.redis.tls.certFile, '/c.pem', { REDIS_TLS_KEY_FILE: '/k.pem' }],
  REDIS_TLS_KEY_FILE: ['/k.pem', (c) => c.redis.tls.keyFile, '/k.pem', { REDIS_TLS_CERT_FILE: '/c.pem' }],
  REDIS_TLS_REJECT_UNAUTHORIZED: ['false', (c) => c.redis.tls.check, false],
  WEBUI_SECRET_KEY: ['k'.repeat(32), (c) => c.accounts.secretKey, 'k'.repeat(32)],
  JWT_EXPIRES_IN: ['7d', (c) => c.accounts.tokenLifetimeMs, 7 * 86_400_000],
  ENABLE_SIGNUP: ['true', (c) => c.accounts.signUp, true],
  DEFAULT_USER_ROLE: ['user', (c) => c.accounts.defaultRole, 'user'],
  WEBUI_ADMIN_EMAIL: [
    'Root@Example.com',
    (c) => c.accounts.firstAdmin?.email,
    'root@example.com',
    { WEBUI_ADMIN_PASSWORD: 'long enough' },
  ],
  WEBUI_ADMIN_PASSWORD: [
    'long enough',
    (c) => c.accounts.firstAdmin?.password,
    'long enough',
    { WEBUI_ADMIN_EMAIL: 'a@example.com' },
  ],
  WEBUI_ADMIN_NAME: [
    'Root',
    (c) => c.accounts.firstAdmin?.name,
    'Root',
    { WEBUI_ADMIN_EMAIL: 'a@example.com', WEBUI_ADMIN_PASSWORD: 'long enough' },
  ],
  WEBUI_SESSION_COOKIE_SAME_SITE: ['strict', (c) => c.cookies.sameSite, 'strict'],
  WEBUI_SESSION_COOKIE_SECURE: ['true', (c) => c.cookies.secure, true],
  WEBUI_AUTH_COOKIE_SAME_SITE: [
    'lax',
    (c) => c.cookies.sameSite,
    'lax',
    { WEBUI_SESSION_COOKIE_SAME_SITE: 'strict' },
  ],
  WEBUI_AUTH_COOKIE_SECURE: [
    'false',
    (c) => c.cookies.secure,
    false,
    { WEBUI_SESSION_COOKIE_SECURE: 'true' },
  ],
  ENABLE_STAR_SESSIONS_MIDDLEWARE: [
    'false',
    (c) => c.accounts.mirrorSessions,
    false,
    { REDIS_URL: 'redis://r' },
  ],
  ENABLE_OPENAI_API: ['false', (c) => c.upstream.connections, [], { OPENAI_API_KEY: 'k' }],
  OPENAI_API_BASE_URL: ['http://v:8000/v1/', (c) => c.upstream.connections[0]?.baseUrl, 'http://v:8000/v1'],
  OPENAI_API_BASE_URLS: [
    'http://a/v1;http://b/v1',
    (c) => c.upstream.connections.map(({ baseUrl }) => baseUrl),
    ['http://a/v1', 'http://b/v1'],
  ],
  OPENAI_API_KEY: [
    'sk-1',
    (c) => c.upstream.connections.map(({ baseUrl, key }) => [baseUrl, key]),
    [['https://api.openai.com/v1', 'sk-1']],
  ],
  OPENAI_API_KEYS: [
    ';two',
    (c) => c.upstream.connections.map(({ key }) => key),
    [null, 'two'],
    { OPENAI_API_BASE_URLS: 'http://a;http://b' },
  ],
  OPENAI_API_CONFIGS: [
    '{"0":{"continues":"trailing","prefix_id":"lab","enable":false,"tags":[]}}',
    (c) => c.upstream.connections[0],
    expect.objectContaining({ continues: 'trailing', prefix: 'lab', enabled: false, id: 'env-openai-0' }),
    { OPENAI_API_BASE_URL: 'http://a' },
  ],
  HTTPS_PROXY: ['http://p:1', (c) => c.upstream.proxies.https, 'http://p:1/'],
  HTTP_PROXY: ['p:1', (c) => c.upstream.proxies.http, 'http://p:1/'],
  NO_PROXY: ['a,b', (c) => c.upstream.proxies.direct, ['a', 'b']],
  ENABLE_OLLAMA_API: ['false', (c) => c.upstream.connections, [], { OLLAMA_BASE_URL: 'http://o:11434' }],
  OLLAMA_BASE_URL: [
    'http://o:11434',
    (c) => c.upstream.connections,
    [
      expect.objectContaining({
        kind: 'ollama',
        baseUrl: 'http://o:11434',
        name: 'o:11434',
        continues: 'auto',
      }),
    ],
  ],
  OLLAMA_BASE_URLS: [
    'http://o1;http://o2',
    (c) => c.upstream.connections.map(({ id, order }) => [id, order]),
    [
      ['env-ollama-0', 0],
      ['env-ollama-1', 1],
    ],
  ],
  OLLAMA_API_CONFIGS: [
    '{"0":{"name":"Lab"}}',
    (c) => c.upstream.connections[0]?.name,
    'Lab',
    { OLLAMA_BASE_URL: 'http://o' },
  ],
  TASK_MODEL: ['small', (c) => c.upstream.taskModel, 'small'],
  ENABLE_TITLE_GENERATION: ['no', (c) => c.upstream.titles, false],
  AIOHTTP_CLIENT_TIMEOUT: ['300', (c) => c.upstream.totalTimeoutMs, 300_000],
  AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT: ['45', (c) => c.upstream.idleTimeoutMs, 45_000],
  AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST: ['3', (c) => c.upstream.modelListTimeoutMs, 3000],
  MODELS_CACHE_TTL: ['1', (c) => c.upstream.modelsCacheMs, 1000],
  GLOBAL_LOG_LEVEL: ['WARNING', (c) => c.log.level, 'warn'],
  LOG_FORMAT: ['json', (c) => c.log.format, 'json'],
  ENABLE_PERSISTENT_CONFIG: ['false', (c) => c.settings.persistent, false],
  RESET_CONFIG_ON_START: ['True', (c) => c.settings.resetAtStart, true],
  SHUTDOWN_GRACE_SECONDS: ['20', (c) => c.drain.graceMs, 20_000],
  RUN_TAKEOVER_POLICY: ['interrupt', (c) => c.runs.takeoverPolicy, 'interrupt'],
  ENABLE_METRICS: ['true', (c) => c.metrics.enabled, true],
}

const names = Object.values(variables).flatMap((rows) => Object.values(rows).map(({ name }) => name))

describe('every variable', () => {
  test('has a test of its effect', () => {
    expect(Object.keys(effects).toSorted()).toEqual(names.toSorted())
  })

  test.each(Object.entries(effects))('%s', (name, [value, observed, expected, others = {}]) => {
    expect(observed(read({ ...others, [name]: value }))).toEqual(expected)
    const without = readConfig(others)
    // Half of a pair of variables is refused. In all other cases, only this variable may cause the effect.
    if (without.ok) expect(observed(without.config)).not.toEqual(expected)
  })

  test.each(names)('%s: an empty value counts as not set', (name) => {
    expect(read({ [name]: ' ' })).toEqual(read({}))
  })
})
