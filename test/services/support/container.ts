import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endWithUs } from '../../support/end-with-us.ts'
import { pathWithServers } from '../../support/find-program.ts'
import type { Machine } from './network.ts'

export interface ContainerOptions {
  /** Of its files; default that of the machine. */
  name?: string
  machine: Machine
  /** For its files; is left behind. */
  folder: string
  /** The text of `/etc/hosts`. */
  hosts: string
  /** As `name` or `uid:gid`. */
  user: string
  command: string[]
  workingFolder: string
  env: Record<string, string>
  mounts: { from: string; to: string; readOnly: boolean }[]
  /** Folders that are empty at each start. */
  tmpfs: string[]
  readOnly: boolean
  /** A script for root, before the command, inside of the container. */
  prepare?: string
}

/**
 * One service as a container runs it, without a container engine: in a network namespace, with a root of its own that is
 * this machine's, empty temporary folders, mounted files at the places that the published file names, a user without
 * capabilities. What the machine has installed stands in for the image.
 */
export class Container {
  readonly name: string
  readonly #options: ContainerOptions
  #child: ChildProcess | undefined
  #starts = 0

  constructor(options: ContainerOptions) {
    this.name = options.name ?? options.machine.name
    this.#options = options
  }

  get logFile(): string {
    return join(this.#options.folder, `${this.name}.log`)
  }

  get exitCode(): number | null {
    return this.#child?.exitCode ?? null
  }

  start(): void {
    const place = join(this.#options.folder, `${this.name}-${++this.#starts}`)
    mkdirSync(place, { recursive: true })
    const script = join(place, 'start.sh')
    writeFileSync(script, startScript(this.#options, place))
    const isolated = ['unshare', '--mount', '--uts', '--propagation', 'private', 'sh', script]
    // A file, not a pipe of ours, which is a socket: nginx opens /dev/stderr by its name.
    const log = openSync(this.logFile, 'a')
    chmodSync(this.logFile, 0o666)
    const child = spawn('ip', ['netns', 'exec', this.#options.machine.namespace, ...isolated], {
      stdio: ['ignore', log, log],
      env: { PATH: pathWithServers() },
    })
    endWithUs(child)
    closeSync(log)
    this.#child = child
  }

  /** Resolves with the exit code; null when a signal ended it. */
  async ended(): Promise<number | null> {
    const child = this.#child
    if (!child) return null
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode
  }

  /** As an engine stops it: SIGKILL when it is still there after `graceMs`. */
  async kill(signal: NodeJS.Signals, graceMs = 45_000): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await once(child, 'exit')
    clearTimeout(late)
  }

  /** Runs a command inside, as its user; whether that ended well. */
  runs(command: string[]): boolean {
    if (this.#child?.pid === undefined || this.#child.exitCode !== null) return false
    const inside = ['--target', String(this.#child.pid), '--mount', '--net', '--uts', '--root']
    const words = [...asUser(this.#options), 'sh', '-c', 'cd / && exec "$0" "$@"', ...command]
    const { status } = spawnSync('nsenter', [...inside, ...words], {
      timeout: 10_000,
      env: { PATH: pathWithServers() },
    })
    return status === 0
  }

  /** A file inside, as it is now. */
  read(path: string): string {
    return readFileSync(join('/proc', String(this.#child?.pid), 'root', path), 'utf8')
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8')
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

function asUser({ user, env }: ContainerOptions): string[] {
  const [uid = '0', gid = uid] = user.split(':')
  const rights =
    uid === 'root' ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs']
  const none = rights.length > 0 ? ['--bounding-set=-all', '--inh-caps=-all'] : []
  const variables = Object.entries({ PATH: pathWithServers(), ...env }).map(
    ([name, value]) => `${name}=${value}`,
  )
  return [...rights, ...none, 'env', '-i', ...variables]
}

function startScript(options: ContainerOptions, place: string): string {
  const { machine, hosts, command, workingFolder, mounts, tmpfs, readOnly, prepare } = options
  const root = join(place, 'root')
  const at = (path: string): string => quote(join(root, path))
  return [
    'set -eu',
    `hostname ${machine.name}`,
    `mount -t tmpfs tmpfs ${quote(place)}`,
    `mkdir ${['upper', 'work', 'root'].map((name) => quote(join(place, name))).join(' ')}`,
    `mount -t overlay overlay -o ${quote(`lowerdir=/,upperdir=${join(place, 'upper')},workdir=${join(place, 'work')}`)} ${at('')}`,
    ...['/proc', '/dev', '/sys'].map((path) => `mount --rbind ${path} ${at(path)}`),
    `mount -t tmpfs -o mode=755 tmpfs ${at('/run')}`,
    ...['/tmp', ...tmpfs.filter((path) => path !== '/tmp')].map(
      (path) => `mkdir -p ${at(path)}; mount -t tmpfs -o mode=1777 tmpfs ${at(path)}`,
    ),
    `mkdir -p ${at(workingFolder)}`,
    `cat > ${at('/etc/hosts')} <<'END'\n${hosts}END`,
    ...mounts.flatMap(({ from, to, readOnly: fixed }) => [
      `if [ -d ${quote(from)} ]; then mkdir -p ${at(to)}; else mkdir -p "$(dirname ${at(to)})"; touch ${at(to)}; fi`,
      `mount --bind ${quote(from)} ${at(to)}`,
      ...(fixed ? [`mount -o remount,bind,ro ${at(to)}`] : []),
    ]),
    ...(prepare === undefined ? [] : [`chroot ${at('')} sh -eu <<'PREPARE'\n${prepare}\nPREPARE`]),
    ...(readOnly ? [`mount -o remount,ro ${at('')}`, `mount -o remount,ro ${at('/run')}`] : []),
    `exec chroot ${at('')} ${[...asUser(options), 'sh', '-c', 'cd "$0" && exec "$@"', workingFolder, ...command].map(quote).join(' ')}`,
    '',
  ].join('\n')
}
