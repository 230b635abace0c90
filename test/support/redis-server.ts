import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { RedisVariables } from '../../server/coordination/redis/redis-url.ts'
import { makeCertificates } from './certificates.ts'
import { freePort, freePorts } from './free-port.ts'
import { RedisProcess } from './redis-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Running Redis servers of one topology, on free ports of loopback. */
export interface TestRedis extends AsyncDisposable {
  /** The environment variables that an operator would set. */
  variables: RedisVariables
  /** The data nodes. The first is the initial master. */
  servers: RedisProcess[]
  sentinels: RedisProcess[]
  stop(): Promise<void>
}

interface Layout {
  variables: RedisVariables
  servers: RedisProcess[]
  sentinels?: RedisProcess[]
}

async function topology(label: string, build: (folder: string) => Promise<Layout>): Promise<TestRedis> {
  const folder = await temporaryFolder(`redis-${label}`)
  const layout = await build(folder.path)
  const { servers, sentinels = [] } = layout
  const stop = async (): Promise<void> => {
    await Promise.all([...sentinels, ...servers].map((server) => server.stop()))
    await folder.remove()
  }
  return { variables: layout.variables, servers, sentinels, stop, [Symbol.asyncDispose]: stop }
}

/** Starts one server without a password. `config` adds lines to redis.conf. */
export function startStandalone(config: string[] = []): Promise<TestRedis> {
  return topology('standalone', async (folder) => {
    const server = new RedisProcess({ folder, port: await freePort(), config })
    await server.start()
    return { variables: { url: `redis://127.0.0.1:${server.port}` }, servers: [server] }
  })
}

/** A password with characters that must be escaped in a URL. */
const password = 's/e@cr#et%'

export function startWithPassword(): Promise<TestRedis> {
  return topology('password', async (folder) => {
    const config = [`requirepass "${password}"`]
    const server = new RedisProcess({ folder, port: await freePort(), config, client: { password } })
    await server.start()
    const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${server.port}`
    return { variables: { url }, servers: [server] }
  })
}

/** Exactly the rights that the operator's guide lists. */
export function smallestRights(prefix: string): string {
  return [
    `~${prefix}:* &${prefix}:*`,
    '+eval +evalsha +xrevrange +xrange +xadd +del +exists +expire +publish +spublish',
    '+subscribe +unsubscribe +ssubscribe +sunsubscribe +ping +hello +info +client|setname',
    '+time +zscore +zadd +zrem +zrange +zrangebyscore +hexists +hset +hdel +hmget +pexpire',
    '+get +set +pttl',
  ].join(' ')
}

/** Disables the default user. `shoal` has the smallest rights, and `admin` has all rights. */
export function startWithAclUser(prefix: string): Promise<TestRedis> {
  return topology('acl', async (folder) => {
    const config = [
      'user default off',
      'user admin on >admin ~* &* +@all',
      `user shoal on >${encodeURIComponent(password)} ${smallestRights(prefix)}`,
    ]
    const client = { username: 'admin', password: 'admin' }
    const server = new RedisProcess({ folder, port: await freePort(), config, client })
    await server.start()
    const url = `redis://shoal:${encodeURIComponent(encodeURIComponent(password))}@127.0.0.1:${server.port}`
    return { variables: { url }, servers: [server] }
  })
}

/** TLS only, with a certificate of a private authority, which the URL names in `?ssl_ca_certs=`. */
export function startTls(): Promise<TestRedis> {
  return tlsOnly('no')
}

/** Like `startTls`, but it accepts only clients with a certificate of that authority. The URL names one, too. */
export function startMutualTls(): Promise<TestRedis> {
  return tlsOnly('yes')
}

function tlsOnly(clientCertificates: 'yes' | 'no'): Promise<TestRedis> {
  return topology('tls', async (folder) => {
    const files = await makeCertificates(folder)
    const port = await freePort()
    const config = [
      `tls-port ${port}`,
      `tls-cert-file ${files.cert}`,
      `tls-key-file ${files.key}`,
      `tls-ca-cert-file ${files.ca}`,
      `tls-auth-clients ${clientCertificates}`,
    ]
    const ours = { cert: await readFile(files.cert), key: await readFile(files.key) }
    const client = { tls: { rejectUnauthorized: false, ...(clientCertificates === 'yes' ? ours : {}) } }
    const server = new RedisProcess({ folder, port, config, client })
    await server.start()
    const named = { ssl_ca_certs: files.ca, ssl_certfile: files.cert, ssl_keyfile: files.key }
    const { ssl_ca_certs } = named
    const query = new URLSearchParams(clientCertificates === 'yes' ? named : { ssl_ca_certs })
    const url = `rediss://localhost:${port}?${query.toString()}`
    return { variables: { url }, servers: [server] }
  })
}

/** One master, two replicas, and three sentinels that declare a master dead after one second. */
export function startSentinel(): Promise<TestRedis> {
  return topology('sentinel', async (folder) => {
    const [masterPort = 0, ...rest] = await freePorts(6)
    const common = { folder, client: {} }
    const master = new RedisProcess({ ...common, port: masterPort })
    await master.start()
    const replicas = rest
      .slice(0, 2)
      .map((port) => new RedisProcess({ ...common, port, config: [`replicaof 127.0.0.1 ${masterPort}`] }))
    await Promise.all(replicas.map((replica) => replica.start()))
    const config = [
      `sentinel monitor mymaster 127.0.0.1 ${masterPort} 2`,
      'sentinel down-after-milliseconds mymaster 1000',
      'sentinel failover-timeout mymaster 3000',
    ]
    const sentinels = rest
      .slice(2)
      .map((port) => new RedisProcess({ ...common, port, config, sentinel: true }))
    await Promise.all(sentinels.map((sentinel) => sentinel.start()))
    await until('the sentinels know replicas and each other', async () => {
      const masters = await Promise.all(
        sentinels.map((sentinel) => sentinel.admin.call('SENTINEL', 'MASTER', 'mymaster')),
      )
      return masters.every((fields) => {
        const text = JSON.stringify(fields)
        return /"num-slaves"[,:]"2"/.test(text) && /"num-other-sentinels"[,:]"2"/.test(text)
      })
    })
    const sentinelHosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')
    return {
      variables: { url: 'redis://mymaster', sentinelHosts },
      servers: [master, ...replicas],
      sentinels,
    }
  })
}

const cli = promisify(execFile)

/** A cluster of masters, each with `replicas` replicas. */
export function startCluster({ masters = 3, replicas = 0 } = {}): Promise<TestRedis> {
  return topology('cluster', async (folder) => {
    const ports = await freePorts(masters * (1 + replicas), 10_000)
    const config = ['cluster-enabled yes', 'cluster-node-timeout 2000', 'cluster-require-full-coverage yes']
    const servers = ports.map((port) => new RedisProcess({ folder, port, config }))
    await Promise.all(servers.map((server) => server.start()))
    const nodes = ports.map((port) => `127.0.0.1:${port}`)
    await cli('redis-cli', [
      '--cluster',
      'create',
      ...nodes,
      '--cluster-replicas',
      `${replicas}`,
      '--cluster-yes',
    ])
    await until('every node of the cluster agrees', async () => {
      const states = await Promise.all(servers.map((server) => server.admin.cluster('INFO')))
      const slots = await Promise.all(servers.map((server) => server.admin.cluster('SLOTS')))
      const views = slots.map((view) => JSON.stringify([...view].sort()))
      return states.every((state) => state.includes('cluster_state:ok')) && new Set(views).size === 1
    })
    return { variables: { url: `redis://${nodes.join(',')}`, cluster: true }, servers }
  })
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`condition not met in time: ${what}`)
}
