import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

// Reads the published files of deploy/. Tests that start servers replace ports, addresses and paths, so only a test
// that reads the files can check these.
const folder = join(import.meta.dirname, '../../deploy')
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')

/** Lines of a redis.conf, without comments: the directive and its arguments. */
const directives = (file: string): Map<string, string[]> => {
  const found = new Map<string, string[]>()
  for (const line of read(file).split('\n')) {
    const [name, ...args] = line.trim().split(/\s+/)
    if (!name || name.startsWith('#')) continue
    found.set(name, [...(found.get(name) ?? []), args.join(' ')])
  }
  return found
}

describe('deploy/redis', () => {
  test.each(['redis/users.acl', 'redis/users-replicated.acl'])(
    'S27: in %s only the administrator has whole commands that have administrative sub-commands',
    (file) => {
      const users = read(file).split('\n')
      for (const line of users.filter((it) => it.startsWith('user ') && !it.startsWith('user admin ')))
        expect(line.split(' ')).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/^\+(client|config|cluster|script|acl|debug|@.*)$/)]),
        )
    },
  )

  test('O3: redis.conf listens on every address, on the port in the addresses of the compose files', () => {
    const conf = directives('redis/redis.conf')
    expect(conf.get('bind')).toEqual(['* -::*'])
    expect(conf.get('protected-mode')).toEqual(['yes'])
    expect(conf.get('port')).toEqual(['6379'])
    const [port] = conf.get('port')!
    const secrets = read('compose/make-secrets.sh')
    expect(secrets).toContain(`@redis:${port}"`)
    expect(secrets).toContain(`@redis:${port},redis-2:${port},redis-3:${port}"`)
    expect(read('compose/compose.sentinel.yaml').match(/replicaof redis \d+/g)).toEqual([
      `replicaof redis ${port}`,
      `replicaof redis ${port}`,
    ])
    expect(read('redis/start-sentinel.sh')).toContain(`port=\${4:-${port}}`)
    expect(directives('redis/redis-tls.conf').get('tls-port')).toEqual([port])
  })

  test('O3: redis.conf persists data, evicts nothing, and has no line that a server adds', () => {
    const conf = directives('redis/redis.conf')
    expect(conf.get('appendonly')).toEqual(['yes'])
    expect(conf.get('maxmemory-policy')).toEqual(['noeviction'])
    expect([...conf.keys()].sort()).toEqual([
      'appendfsync',
      'appendonly',
      'bind',
      'client-output-buffer-limit',
      'maxclients',
      'maxmemory',
      'maxmemory-policy',
      'port',
      'protected-mode',
      'save',
      'tcp-keepalive',
      'timeout',
    ])
  })

  test('O3: sentinel.conf listens on the port of its health check', () => {
    const conf = directives('redis/sentinel.conf')
    const [port] = conf.get('port') ?? []
    expect(port).toBe('26379')
    expect(conf.has('bind')).toBe(false)
    expect(read('compose/compose.sentinel.yaml')).toContain(`redis-cli -p ${port} sentinel ckquorum`)
  })
})

describe('addresses and ports', () => {
  test('O3: nginx.conf listens on the ports that compose.yaml publishes, and uses the port of the image', () => {
    const nginx = read('nginx/nginx.conf')
    const published = [...read('compose/compose.yaml').matchAll(/_PORT:-\d+\}:(\d+)'/g)].map(([, it]) => it)
    expect(published).toEqual(['8080', '8443'])
    expect([...nginx.matchAll(/listen (\d+)/g)].map(([, it]) => it)).toEqual(published)
    const [, port] = /PORT=(\d+)/.exec(read('Dockerfile'))!
    const servers = [...nginx.matchAll(/^ {4}server (\S+) /gm)].map(([, it]) => it)
    const instances = [1, 2, 3].map((nth) => `shoal-${nth}:${port}`)
    expect(servers).toEqual([...instances, ...instances])
  })

  test.each(['nginx/nginx-debian.conf', 'haproxy/haproxy.cfg', 'caddy/Caddyfile', 'traefik/shoal.yaml'])(
    'O3: %s names the instances of docs/deploy/systemd.md',
    (file) => {
      const page = readFileSync(join(folder, '../docs/deploy/systemd.md'), 'utf8')
      const ports = [...new Set([...page.matchAll(/shoal@(\d+)/g)].map(([, it]) => it))]
      expect(ports).toHaveLength(3)
      const named = [...read(file).matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, it]) => it)
      expect([...new Set(named)]).toEqual(ports)
    },
  )

  test.each(['nginx/nginx-debian.conf', 'haproxy/haproxy.cfg', 'traefik/traefik.yaml'])(
    'O3: %s listens on the ports of the web',
    (file) => {
      const listens = [...read(file).matchAll(/^\s*(?:listen |bind :|address: ':)(\d+)/gm)].map(
        ([, it]) => it,
      )
      expect(listens.toSorted()).toEqual(['443', '80'])
    },
  )
})

interface Service {
  image: string
  command?: string[]
  tmpfs?: string[]
  environment?: Record<string, string>
}

const composeFiles = globSync('compose/*.yaml', { cwd: folder }).sort()
const servicesOf = (file: string): [name: string, service: Service][] =>
  Object.entries((parse(read(file), { merge: true }) as { services: Record<string, Service> }).services)

describe('compose', () => {
  // If runc 1.1 created the folder of a tmpfs, it loses its mode at a restart. /tmp exists in every image, with mode
  // 1777.
  test.each(composeFiles)('O4: in %s every tmpfs is at a folder that exists in the image', (file) => {
    for (const [name, { tmpfs = [] }] of servicesOf(file))
      expect([name, ...tmpfs]).toEqual(tmpfs.length > 0 ? [name, '/tmp'] : [name])
  })

  test.each(composeFiles)('O4: in %s start-redis.sh writes into such a folder', (file) => {
    for (const [name, { command, environment }] of servicesOf(file)) {
      if (command?.[0] !== '/etc/redis/start-redis.sh') continue
      expect([name, environment?.['RUN_DIR']]).toEqual([name, '/tmp'])
    }
  })

  test.each(composeFiles)('S27: in %s every image that is not built here is pinned by its digest', (file) => {
    for (const [name, { image }] of servicesOf(file)) {
      if (!image || image.startsWith('${SHOAL_IMAGE')) continue
      expect([name, image]).toEqual([name, expect.stringMatching(/:-[\w.-]+@sha256:[0-9a-f]{64}\}$/)])
    }
  })

  test('S27: Shoal signs in to PostgreSQL with a role that is not a superuser', () => {
    const { environment } = Object.fromEntries(servicesOf('compose/compose.yaml'))['postgres']!
    expect(environment?.['POSTGRES_USER']).toBeUndefined()
    expect(read('compose/make-secrets.sh')).toContain('postgresql://shoal:')
  })
})

test('O2: the last stage of the image is the official Node image, with the LTS version that npm installs', () => {
  const dockerfile = read('Dockerfile')
  const [major] = readFileSync(join(folder, '../.node-version'), 'utf8').split('.')
  expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].at(-1)?.[1]).toBe('${BASE_IMAGE}')
  expect(dockerfile).toContain('ARG BASE_IMAGE=${BUILD_IMAGE}\n')
  expect(/^ARG BUILD_IMAGE=node:(\d+)\./m.exec(dockerfile)?.[1]).toBe(major)
})

test('O12: the image has the command that the documentation names', () => {
  expect(read('Dockerfile')).toContain('ln -s /app/server/cli.ts /usr/local/bin/shoal')
  const page = readFileSync(join(folder, '../docs/operations/backup.md'), 'utf8')
  expect(page).toMatch(/`npx shoal backup --to FILE`/)
  for (const before of [
    'docker compose -f deploy/compose/compose.yaml exec -T shoal-1',
    'kubectl exec deployment/shoal --',
  ])
    expect(page).toContain(`${before} sh -c 'shoal backup --to`)
})

describe('workflows', () => {
  const root = join(folder, '..')
  test.each(globSync('.github/workflows/*.yml', { cwd: root }))(
    'S27: in %s every action is pinned by commit, and every image by digest',
    (file) => {
      const text = readFileSync(join(root, file), 'utf8')
      for (const [, action] of text.matchAll(/uses: (.*)/g))
        expect(action).toMatch(/^(\.\/.*|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/)
      for (const [, image] of text.matchAll(/(?:container|image): (\S+)/g))
        expect(image).toMatch(/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/)
    },
  )
})

describe('every file', () => {
  // Ports of HTTP and HTTPS, of the instances, and of Redis, its sentinels and PostgreSQL.
  const expected = new Set(['80', '443', '8080', '8081', '8082', '8083', '8443', '6379', '26379', '5432'])

  test.each(
    globSync('**/*', { cwd: folder, withFileTypes: true })
      .filter((it) => it.isFile())
      .map((it) => join(it.parentPath, it.name).slice(folder.length + 1))
      .sort(),
  )('O3: %s contains nothing that a test or a server left behind', (file) => {
    const text = read(file)
    expect(text).not.toMatch(/Generated by CONFIG REWRITE|# Known sentinels|\/tmp\/[\w-]+\/|^masterauth/m)
    const ports = [...text.matchAll(/(?:localhost|127\.0\.0\.1):(\d+)/g)].map(([, it]) => it!)
    expect(ports.filter((it) => !expected.has(it))).toEqual([])
  })
})
