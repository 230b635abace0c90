import { spawn } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import type { Certificates } from '../../support/certificates.ts'
import { killOnExit } from '../../support/kill-on-exit.ts'
import { freePorts } from '../../support/free-port.ts'
import type { ProxiedFleet } from './proxied-fleet.ts'

const files = join(import.meta.dirname, '../../../deploy/nginx')

export interface LocalNginxOptions {
  /** Folder for its files, which is not removed. */
  folder: string
  /** Ports of the instances on the loopback address. */
  instances: number[]
  httpPort: number
  httpsPort: number
  certificates: Certificates
  /** Replaces deploy/nginx/nginx-debian.conf; ports, paths and instances are replaced in the same way. */
  text?: string
  /** Balancing method for the `upstream` of requests instead of the one in the file, such as `random;`. */
  balance?: string
}

/** An nginx with TLS on the loopback address, with the published file; only ports, paths and instances are replaced. */
export interface LocalNginx {
  readonly url: string
  /** The configuration file that it runs with. */
  readonly config: string
  stop(): Promise<void>
}

/** Resolves when nginx accepts connections. Rejects with its output if it does not start. */
export async function startLocalNginx(options: LocalNginxOptions): Promise<LocalNginx> {
  const { folder, httpsPort } = options
  const config = join(folder, 'nginx.conf')
  await mkdir(join(folder, 'shoal'), { recursive: true })
  for (const name of ['maps.conf', 'shoal.conf'])
    await copyFile(join(files, name), join(folder, 'shoal', name))
  const text = options.text ?? (await readFile(join(files, 'nginx-debian.conf'), 'utf8'))
  await writeFile(config, localized(text, options))
  const stop = await runNginx({ folder, config, port: httpsPort })
  return { url: `https://localhost:${httpsPort}`, config, stop }
}

/** Runs nginx; resolves with a function that stops it when the port accepts connections. Rejects with its output. */
export async function runNginx({
  folder,
  config,
  port,
}: {
  folder: string
  config: string
  port: number
}): Promise<() => Promise<void>> {
  const child = spawn('nginx', ['-p', folder, '-c', config, '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4000)))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  // SIGTERM instead of SIGKILL, so that its workers end too.
  killOnExit(child, 'SIGTERM')
  await Promise.race([
    acceptsConnections(port),
    ended.then(() => Promise.reject(new Error(`nginx did not start: ${output}`))),
  ])
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}

/** Starts nginx on free ports in front of the instances of a fleet. */
export async function startNginxInFrontOf(
  fleet: Pick<ProxiedFleet, 'folder' | 'instances' | 'certificates'>,
  options: Pick<LocalNginxOptions, 'text' | 'balance'> & { folder?: string } = {},
): Promise<LocalNginx> {
  const [httpPort = 0, httpsPort = 0] = await freePorts(2)
  return startLocalNginx({
    folder: fleet.folder,
    instances: fleet.instances.map(({ port }) => port),
    httpPort,
    httpsPort,
    certificates: fleet.certificates,
    ...options,
  })
}

/** The server blocks of the guide, inside `events{}` and `http{}`. */
export async function guideNginx(): Promise<string> {
  const blocks = await readFile(join(import.meta.dirname, '../guide/nginx.conf'), 'utf8')
  return `user x;\nerror_log x;\npid x;\nevents {}\nhttp {\n${blocks}\n}\n`
}

function localized(text: string, options: LocalNginxOptions): string {
  const { folder, instances, httpPort, httpsPort, certificates, balance } = options
  const ports = [...instances]
  const seen = new Map<string, number>()
  const portOf = (address: string): number => {
    const known = seen.get(address)
    if (known !== undefined) return known
    const next = ports[seen.size % ports.length] ?? 0
    seen.set(address, next)
    return next
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  )
  return text
    .replaceAll(/^\s*listen \[::\].*\n/gm, '')
    .replaceAll(/listen 80;/g, `listen 127.0.0.1:${httpPort};`)
    .replaceAll(/listen 443 /g, `listen 127.0.0.1:${httpsPort} `)
    .replaceAll(/server ([\w.-]+:\d+)/g, (_all, address: string) => `server 127.0.0.1:${portOf(address)}`)
    .replaceAll(/ssl_certificate \S+;/g, `ssl_certificate ${certificates.cert};`)
    .replaceAll(/ssl_certificate_key \S+;/g, `ssl_certificate_key ${certificates.key};`)
    .replaceAll('/etc/nginx/shoal/', `${folder}/shoal/`)
    .replace(/^error_log .*$/m, `error_log ${join(folder, 'error.log')} warn;`)
    .replace(/^pid .*$/m, `pid ${join(folder, 'nginx.pid')};`)
    .replace(/^user .*$/m, process.getuid?.() === 0 ? 'user root;' : '')
    .replace(/^http \{$/m, `http {\n  ${temporary.join('\n  ')}`)
    .replace(/^ *upstream (?!\w*sockets)\w+ \{$[^}]*\}/gm, (block) =>
      balance ? block.replace(/ *least_conn;/, '').replace('{', `{\n    ${balance}`) : block,
    )
}

async function acceptsConnections(port: number): Promise<void> {
  const until = performance.now() + 10_000
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port })
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return
    if (performance.now() > until) throw new Error(`nothing listens on port ${port} after 10 s`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
