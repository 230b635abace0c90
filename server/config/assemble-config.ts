import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { email, password } from '../../protocol/http/account-fields.ts'
import { environmentConnections } from './environment-connections.ts'
import { checkedMigrationUrl, findDatabase } from './find-database.ts'
import { invalid } from './findings.ts'
import type { Findings } from './findings.ts'
import type { Values } from './variables.ts'
import { weaknessOf } from './weak-secret.ts'

interface RedisTlsConfig {
  caFile?: string
  certFile?: string
  keyFile?: string
  check?: boolean
}

/** Builds the Config from the values of all variables, and checks the rules that concern more than one of them. */
export function assembleConfig(values: Values, findings: Findings) {
  const { server, store, redis, accounts, upstream, operation } = values
  const databaseUrl = findDatabase(store, findings)
  return {
    http: {
      host: server.host,
      port: server.port,
      name: server.name,
      publicUrl: server.publicUrl,
      basePath: server.basePath,
      allowedOrigins: server.allowedOrigins,
      trustedProxies: server.trustedProxies,
    },
    instance: {
      label: server.instance ?? hostname(),
      /** Processes that share the port; with more than one, a supervisor runs them. */
      workers: checkedWorkers(server.workers, { databaseUrl, redisUrl: redis.url }, findings),
    },
    store: {
      /** An absolute path. */
      dataDir: resolve(store.dataDir),
      /** Null if the embedded store is used. */
      databaseUrl,
      /** For `shoal migrate`; null if it uses `databaseUrl`. */
      migrationUrl: checkedMigrationUrl(store.migrationUrl, databaseUrl, findings),
      poolSize: store.poolSize,
      startTimeoutMs: store.startTimeoutMs,
      migrate: store.migrate,
    },
    redis: redisConfig(redis, findings),
    cookies: cookieConfig(accounts, findings),
    accounts: {
      /** Null if the instances generate a secret and agree on it. */
      secretKey: checkedSecret(accounts.secretKey, findings),
      /** Null if sign-ins never expire. */
      tokenLifetimeMs: accounts.tokenLifetimeMs,
      signUp: accounts.signUp,
      defaultRole: accounts.defaultRole,
      firstAdmin: firstAdmin(accounts, findings),
      /** Whether Redis also lists each session with its device and last use. */
      mirrorSessions: accounts.starSessions && redis.url !== null,
    },
    settings: { persistent: operation.persistentConfig, resetAtStart: operation.resetConfig },
    upstream: {
      connections: environmentConnections(upstream, findings),
      proxies: { http: upstream.httpProxy, https: upstream.httpsProxy, direct: upstream.noProxy },
      taskModel: upstream.taskModel,
      titles: upstream.titles,
      totalTimeoutMs: upstream.totalTimeoutMs,
      idleTimeoutMs: upstream.idleTimeoutMs,
      modelListTimeoutMs: upstream.modelListTimeoutMs,
      modelsCacheMs: upstream.modelsCacheMs,
    },
    log: { level: operation.logLevel, format: operation.logFormat },
    drain: { graceMs: operation.shutdownGraceMs },
    runs: { takeoverPolicy: operation.takeoverPolicy },
    metrics: { enabled: operation.metrics },
  }
}

function checkedWorkers(
  workers: number,
  { databaseUrl, redisUrl }: { databaseUrl: string | null; redisUrl: string | null },
  { problems }: Findings,
): number {
  const missing = [
    ...(databaseUrl === null ? ['DATABASE_URL'] : []),
    ...(redisUrl === null ? ['REDIS_URL'] : []),
  ]
  if (workers > 1 && missing.length > 0) {
    problems.push(
      invalid({
        about: 'WORKERS',
        problem: `${workers} workers need PostgreSQL and Redis, but ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set`,
        cure: `set ${missing.join(' and ')}, or WORKERS=1`,
      }),
    )
  }
  return workers
}

function redisConfig(redis: Values['redis'], { problems, warnings }: Findings) {
  const { tlsCaFile, tlsCertFile, tlsKeyFile, tlsCheck, ...rest } = redis
  if (redis.url === null && redis.cluster) {
    problems.push(
      invalid({
        about: 'REDIS_CLUSTER',
        problem: 'it is true, but REDIS_URL is not set',
        cure: 'set REDIS_URL to the nodes of the Cluster, such as redis://node1:6379,node2:6379, or REDIS_CLUSTER=false',
      }),
    )
  }
  if (redis.url === null && redis.sentinelHosts !== null) {
    problems.push(
      invalid({
        about: 'REDIS_SENTINEL_HOSTS',
        problem: 'it names sentinels, but REDIS_URL is not set, so the name of the master is missing',
        cure: 'set REDIS_URL=redis://<name of the master>, such as redis://mymaster',
      }),
    )
  }
  if ((tlsCertFile === null) !== (tlsKeyFile === null)) {
    problems.push(
      invalid({
        about: tlsCertFile === null ? 'REDIS_TLS_CERT_FILE' : 'REDIS_TLS_KEY_FILE',
        problem: 'a certificate and its key must be set together, but only one of them is set',
        cure: 'set both REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE, or neither',
      }),
    )
  }
  if (!tlsCheck) {
    warnings.push(
      'REDIS_TLS_REJECT_UNAUTHORIZED=false: anyone on the network path can impersonate Redis; remove it, and set REDIS_TLS_CA_FILE if Redis has a private certificate authority',
    )
  }
  const files = { caFile: tlsCaFile, certFile: tlsCertFile, keyFile: tlsKeyFile }
  const tls = Object.fromEntries(Object.entries(files).filter(([, path]) => path !== null))
  const encrypted = redis.url?.toLowerCase().startsWith('rediss://') ?? false
  if (!encrypted && (Object.keys(tls).length > 0 || !tlsCheck)) {
    warnings.push(
      'REDIS_TLS_* has no effect: REDIS_URL does not begin with rediss://; change REDIS_URL to use TLS',
    )
  }
  return {
    ...rest,
    /** Only the values of REDIS_TLS_*; they override the TLS parameters of REDIS_URL. */
    tls: { ...tls, ...(tlsCheck ? {} : { check: false }) } as RedisTlsConfig,
  }
}

function cookieConfig(
  accounts: Values['accounts'],
  { problems }: Findings,
): { sameSite: 'lax' | 'strict' | 'none'; secure: boolean } {
  const cookies = {
    sameSite: accounts.authSameSite ?? accounts.sessionSameSite,
    secure: accounts.authSecure ?? accounts.sessionSecure,
  }
  if (cookies.sameSite === 'none' && !cookies.secure) {
    const half = accounts.authSameSite === null ? 'SESSION' : 'AUTH'
    problems.push(
      invalid({
        about: `WEBUI_${half}_COOKIE_SAME_SITE`,
        problem: 'browsers reject a cookie that has SameSite=None and is not Secure',
        cure: `set WEBUI_${half}_COOKIE_SECURE=true (needs HTTPS), or WEBUI_${half}_COOKIE_SAME_SITE=lax`,
      }),
    )
  }
  return cookies
}

function checkedSecret(secretKey: string | null, { problems }: Findings): string | null {
  const weakness = secretKey === null ? undefined : weaknessOf(secretKey)
  if (weakness !== undefined) {
    problems.push(
      invalid({
        about: 'WEBUI_SECRET_KEY',
        problem: `${weakness}; an attacker who guesses it can read the keys of your providers and impersonate an instance`,
        cure: 'set the same random value on every instance, such as the output of `openssl rand -hex 32`; if the database was created with the weak secret, also run `shoal store change-secret` once',
      }),
    )
  }
  return secretKey
}

function firstAdmin(
  accounts: Values['accounts'],
  { problems }: Findings,
): { email: string; password: string; name: string } | null {
  const { adminEmail, adminPassword, adminName } = accounts
  if (adminEmail === null && adminPassword === null) return null
  if (adminEmail === null || adminPassword === null) {
    problems.push(
      invalid({
        about: adminEmail === null ? 'WEBUI_ADMIN_EMAIL' : 'WEBUI_ADMIN_PASSWORD',
        problem: 'the first administrator needs an email address and a password, but only one of them is set',
        cure: 'set both WEBUI_ADMIN_EMAIL and WEBUI_ADMIN_PASSWORD, or neither',
      }),
    )
    return null
  }
  const address = email.safeParse(adminEmail)
  const secret = password.safeParse(adminPassword)
  for (const [variable, parsed, cure] of [
    ['WEBUI_ADMIN_EMAIL', address, 'write an email address such as admin@example.com'],
    ['WEBUI_ADMIN_PASSWORD', secret, 'choose another password'],
  ] as const) {
    if (!parsed.success) {
      problems.push(
        invalid({
          about: variable,
          problem: `it ${parsed.error.issues[0]?.message ?? 'is not valid'}`,
          cure,
        }),
      )
    }
  }
  return address.success && secret.success
    ? { email: address.data, password: secret.data, name: adminName }
    : null
}
