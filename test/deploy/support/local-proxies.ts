import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { killOnExit } from '../../support/kill-on-exit.ts'
import type { Certificates } from '../../support/certificates.ts'
import { findProgram } from '../../support/find-program.ts'

const files = join(import.meta.dirname, '../../../deploy')

export interface LocalProxyOptions {
  folder: string
  instances: number[]
  httpPort: number
  httpsPort: number
  certificates: Certificates
}

export interface LocalProxy {
  readonly url: string
  stop(): Promise<void>
}

/** A proxy with its published file on the loopback address; only ports, paths and instances are replaced. */
export interface ProxyKind {
  name: string
  /** Whether the program is installed on this machine. */
  isInstalled: boolean
  /** Whether the proxy retries a failed GET. */
  retriesReads: boolean
  start: (options: LocalProxyOptions) => Promise<LocalProxy>
}

const onPath = (name: string): boolean => findProgram(name) !== undefined

export const proxyKinds: ProxyKind[] = [
  { name: 'haproxy', isInstalled: onPath('haproxy'), retriesReads: true, start: haproxy },
  { name: 'caddy', isInstalled: onPath('caddy'), retriesReads: true, start: caddy },
  { name: 'traefik', isInstalled: onPath('traefik'), retriesReads: false, start: traefik },
]

function withPorts(text: string, instances: number[]): string {
  return text.replaceAll(
    /127\.0\.0\.1:808([123])/g,
    (_all, nth: string) => `127.0.0.1:${instances[Number(nth) - 1]}`,
  )
}

async function haproxy(options: LocalProxyOptions): Promise<LocalProxy> {
  const { folder, httpPort, httpsPort, certificates, instances } = options
  const site = join(folder, 'site.pem')
  await writeFile(
    site,
    (await readFile(certificates.cert, 'utf8')) + (await readFile(certificates.key, 'utf8')),
  )
  const text = withPorts(await readFile(join(files, 'haproxy/haproxy.cfg'), 'utf8'), instances)
    .replace('bind :443', `bind 127.0.0.1:${httpsPort}`)
    .replace('bind :80', `bind 127.0.0.1:${httpPort}`)
    .replaceAll('/etc/haproxy/site.pem', site)
    // A test may not raise the limit of open files.
    .replace('fd-hard-limit 50000', 'fd-hard-limit 5000')
    .replace('/run/haproxy/admin.sock', join(folder, 'admin.sock'))
  const path = join(folder, 'haproxy.cfg')
  await writeFile(path, text)
  return run('haproxy', ['-W', '-db', '-f', path], options)
}

async function caddy(options: LocalProxyOptions): Promise<LocalProxy> {
  const { folder, httpPort, httpsPort, certificates, instances } = options
  const text = await readFile(join(files, 'caddy/Caddyfile'), 'utf8')
  const global = `{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port ${httpPort}\n\thttps_port ${httpsPort}\n}\n`
  const path = join(folder, 'Caddyfile')
  await writeFile(
    path,
    global +
      withPorts(text, instances).replace(
        '{$SHOAL_HOST} {\n',
        `{$SHOAL_HOST} {\n\ttls ${certificates.cert} ${certificates.key}\n`,
      ),
  )
  const env = {
    SHOAL_HOST: `localhost:${httpsPort}`,
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  }
  return run('caddy', ['run', '--config', path, '--adapter', 'caddyfile'], options, env)
}

async function traefik(options: LocalProxyOptions): Promise<LocalProxy> {
  const { folder, httpPort, httpsPort, certificates, instances } = options
  const dynamic = join(folder, 'shoal.yaml')
  await writeFile(
    dynamic,
    withPorts(await readFile(join(files, 'traefik/shoal.yaml'), 'utf8'), instances)
      .replace('/etc/traefik/tls/cert.pem', certificates.cert)
      .replace('/etc/traefik/tls/key.pem', certificates.key),
  )
  const path = join(folder, 'traefik.yaml')
  await writeFile(
    path,
    (await readFile(join(files, 'traefik/traefik.yaml'), 'utf8'))
      .replace("':80'", `'127.0.0.1:${httpPort}'`)
      .replace("':443'", `'127.0.0.1:${httpsPort}'`)
      .replace('/etc/traefik/shoal.yaml', dynamic),
  )
  return run('traefik', [`--configFile=${path}`], options)
}

async function run(
  program: string,
  args: string[],
  { httpsPort }: LocalProxyOptions,
  env: Record<string, string> = {},
): Promise<LocalProxy> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${process.env['PATH']}:/usr/sbin`, ...env },
  })
  let output = ''
  const hear = (data: Buffer): void => void (output = (output + data.toString()).slice(-4000))
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const kill = (): void => void child.kill('SIGKILL')
  // SIGTERM instead of SIGKILL, so that its workers end too.
  killOnExit(child, 'SIGTERM')
  const until = performance.now() + 20_000
  while (!(await acceptsConnections(httpsPort))) {
    if (child.exitCode !== null || performance.now() > until)
      throw new Error(`${program} does not serve: ${output}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url: `https://localhost:${httpsPort}`,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(kill, 5000)
      await ended
      clearTimeout(late)
    },
  }
}

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
