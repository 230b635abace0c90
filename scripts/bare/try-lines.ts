import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePort } from '../../test/support/free-port.ts'
import type { BuiltMachine } from './build-machine.ts'
import { firstAnswer } from './first-answer.ts'
import { runLine, startLine } from './machine-shell.ts'
import type { RunningLine } from './machine-shell.ts'

const source = join(import.meta.dirname, '../..')

export type MachineUser = 'root' | 'ann'

/** Time limit for `npm ci` and the build, also on a slow network. */
const installMs = 600_000

export interface Clone {
  machine: BuiltMachine
  user: MachineUser
  /** The folder inside the machine. */
  folder: string
}

/** Creates a clone in the home folder of this user. */
export async function cloneOnto(machine: BuiltMachine, user: MachineUser): Promise<Clone> {
  const folder = user === 'root' ? '/root/shoal' : `/home/${user}/shoal`
  cloneTree(join(machine.root, folder))
  await runLine({ root: machine.root, line: `chown -R ${user}:${user} ${folder}` })
  return { machine, user, folder }
}

function start(
  { machine, user, folder }: Clone,
  line: string,
  env: Record<string, string> = {},
): RunningLine {
  return startLine({ root: machine.root, line, user, folder, env: { ...machine.env, ...env } })
}

/** Runs line 1 until an answer has streamed and Ctrl-C has stopped the server. Returns the durations and sizes. */
export async function tryStart(clone: Clone): Promise<string> {
  const began = performance.now()
  const port = await freePort()
  const running = start(clone, readmeLines().start, { PORT: String(port) })
  try {
    if (!(await running.prints(/is ready[\s\S]*\n\n/, installMs)))
      throw new Error(`the server did not start:\n${running.output().slice(-1500)}`)
    const ready = performance.now()
    const { pieces, text } = await firstAnswer(`http://127.0.0.1:${port}`)
    if (pieces < 2) throw new Error(`the answer did not stream: ${JSON.stringify(text)}`)
    const answered = performance.now()
    running.interrupt()
    await running.exited(20_000)
    return `an answer after ${seconds(answered - began)} s (ready after ${seconds(ready - began)} s); ${sizes(clone)}`
  } finally {
    await running.exited(0)
  }
}

/**
 * Runs line 2 until it has listed the missing packages. For a regular user, the line ends there. For root, it would
 * install them and run the tests, so it is interrupted.
 */
export async function tryTest(clone: Clone): Promise<string> {
  const began = performance.now()
  const running = start(clone, readmeLines().test)
  const list = /^(Missing packages:|Installing the missing packages:) (.*redis-server.*)$/m
  try {
    if (!(await running.prints(list, installMs)))
      throw new Error(`no list of missing packages:\n${running.output().slice(-1500)}`)
    const took = seconds(performance.now() - began)
    if (clone.user !== 'root') {
      const code = await running.exited(20_000)
      if (code === 0) throw new Error('packages are missing, but `npm test` exited with 0')
    }
    const [, , names = ''] = list.exec(running.output()) ?? []
    return `${names.split(', ').length} missing packages listed after ${took} s`
  } finally {
    running.interrupt()
    await running.exited(5000)
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(0)

/** The downloaded size is the size of npm's compressed cache. */
function sizes({ machine: { root }, user, folder }: Clone): string {
  const home = user === 'root' ? '/root' : `/home/${user}`
  return `${megabytes(join(root, home, '.npm'))} MB downloaded, ${megabytes(join(root, folder))} MB installed`
}

function megabytes(folder: string): string {
  const { stdout } = spawnSync('du', ['-sk', folder], { encoding: 'utf8' })
  return (Number.parseInt(stdout, 10) / 1024).toFixed(0)
}

/** The first two lines of README.md: one starts Shoal, the other runs the tests. */
function readmeLines(): { start: string; test: string } {
  const [, block = ''] = /```sh\n([^`]*)```/.exec(readFileSync(join(source, 'README.md'), 'utf8')) ?? []
  const [start, test] = block.split('\n').map((line) => line.replace(/\s+#.*$/, ''))
  if (!start?.endsWith('npm start') || !test?.endsWith('npm test'))
    throw new Error('README.md does not begin with the lines that start and test Shoal')
  return { start, test }
}

/** Copies the files that a clone would have, with uncommitted changes, but without installed packages and builds. */
function cloneTree(target: string): void {
  mkdirSync(dirname(target), { recursive: true })
  // No checkout: the files of the working tree are copied below. If git refuses, the copy has no history.
  spawnSync('git', ['clone', '--quiet', '--depth=1', '--no-checkout', `file://${source}`, target])
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: source,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  for (const file of listed.split('\0')) {
    // git still lists a removed file until the removal is committed.
    if (file === '' || !existsSync(join(source, file))) continue
    mkdirSync(dirname(join(target, file)), { recursive: true })
    cpSync(join(source, file), join(target, file))
  }
}
