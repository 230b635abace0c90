import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { killOnExit } from '../../support/kill-on-exit.ts'
import { pathWithServers } from '../../support/find-program.ts'
import type { Machine } from './network.ts'

export interface ContainerOptions {
  /** Name of its files; by default, the name of the machine. */
  name?: string
  machine: Machine
  /** Folder for its files, which is not removed. */
  folder: string
  /** The text of `/etc/hosts`. */
  hosts: string
  /** The user, as `name` or `uid:gid`. */
  user: string
  command: string[]
  workingFolder: string
  env: Record<string, string>
  mounts: { from: string; to: string; readOnly: boolean }[]
  /** Folders that are empty at each start. */
  tmpfs: string[]
  readOnly: boolean
  /** A script that root runs inside the container before the command. */
  prepare?: string
}

/**
 * Runs one service like a container, but without a container engine: in a network namespace, with a private view of
 * this machine's file system, empty temporary folders, the mounts of the published file, and a user without
 * capabilities. The programs of this machine replace the image.
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
    const folder = join(this.#options.folder, `${this.name}-${++this.#starts}`)
    mkdirSync(folder, { recursive: true })
    const script = join(folder, 'start.sh')
    writeFileSync(script, startScript(this.#options, folder))
    const isolated = ['unshare', '--mount', '--uts', '--propagation', 'private', 'sh', script]
    // A file, because nginx opens /dev/stderr by name, which fails for a pipe of Node (a socket).
    const log = openSync(this.logFile, 'a')
    chmodSync(this.logFile, 0o666)
    const child = spawn('ip', ['netns', 'exec', this.#options.machine.namespace, ...isolated], {
      stdio: ['ignore', log, log],
      env: { PATH: pathWithServers() },
    })
    killOnExit(child)
    closeSync(log)
    this.#child = child
  }

  /** Resolves with the exit code; null if a signal ended the process. */
  async untilExit(): Promise<number | null> {
    const child = this.#child
    if (!child) return null
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode
  }

  /** Stops the service like an engine: with SIGKILL if it still runs after `graceMs`. */
  async kill(signal: NodeJS.Signals, graceMs = 45_000): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await once(child, 'exit')
    clearTimeout(late)
  }

  /** Runs a command inside the container as its user; returns whether it succeeded. */
  succeeds(command: string[]): boolean {
    if (this.#child?.pid === undefined || this.#child.exitCode !== null) return false
    const inside = ['--target', String(this.#child.pid), '--mount', '--net', '--uts', '--root']
    const words = [...asUser(this.#options), 'sh', '-c', 'cd / && exec "$0" "$@"', ...command]
    const { status } = spawnSync('nsenter', [...inside, ...words], {
      timeout: 10_000,
      env: { PATH: pathWithServers() },
    })
    return status === 0
  }

  /** Reads a file inside the container. */
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

function startScript(options: ContainerOptions, folder: string): string {
  const { machine, hosts, command, workingFolder, mounts, tmpfs, readOnly, prepare } = options
  const root = join(folder, 'root')
  const at = (path: string): string => quote(join(root, path))
  return [
    'set -eu',
    `hostname ${machine.name}`,
    `mount -t tmpfs tmpfs ${quote(folder)}`,
    `mkdir ${['upper', 'work', 'root'].map((name) => quote(join(folder, name))).join(' ')}`,
    `mount -t overlay overlay -o ${quote(`lowerdir=/,upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`)} ${at('')}`,
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
