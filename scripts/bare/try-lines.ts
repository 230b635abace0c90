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

/** What `npm ci` and the build may take, on a slow network too. */
const installMs = 600_000

export interface Clone {
  machine: BuiltMachine
  user: MachineUser
  /** Inside the machine. */
  folder: string
}

/** Puts a clone into the home of this user. */
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

/** Line 1, until an answer has streamed and Ctrl-C has ended the server. Answers with what it took. */
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
 * Line 2, until it has listed the packages that are missing. A regular user's ends there by itself; root's goes on to
 * install them and to test, and is broken off.
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
      if (code === 0) throw new Error('packages are missing, and `npm test` ended with 0')
    }
    const [, , names = ''] = list.exec(running.output()) ?? []
    return `${names.split(', ').length} missing packages listed after ${took} s`
  } finally {
    running.interrupt()
    await running.exited(5000)
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(0)

/** What was downloaded is what npm keeps of it, compressed. */
function sizes({ machine: { root }, user, folder }: Clone): string {
  const home = user === 'root' ? '/root' : `/home/${user}`
  return `${megabytes(join(root, home, '.npm'))} MB downloaded, ${megabytes(join(root, folder))} MB installed`
}

function megabytes(folder: string): string {
  const { stdout } = spawnSync('du', ['-sk', folder], { encoding: 'utf8' })
  return (Number.parseInt(stdout, 10) / 1024).toFixed(0)
}

/** The two lines that README.md opens with: run it, and pass its tests. */
function readmeLines(): { start: string; test: string } {
  const [, block = ''] = /```sh\n([^`]*)```/.exec(readFileSync(join(source, 'README.md'), 'utf8')) ?? []
  const [start, test] = block.split('\n').map((line) => line.replace(/\s+#.*$/, ''))
  if (!start?.endsWith('npm start') || !test?.endsWith('npm test'))
    throw new Error('README.md does not open with its two lines')
  return { start, test }
}

/** Copies what a clone would have, with the changes of this working tree; nothing that was installed or built. */
function cloneTree(target: string): void {
  mkdirSync(dirname(target), { recursive: true })
  // Without its files: those of the working tree come next. Where git refuses, the copy has no history.
  spawnSync('git', ['clone', '--quiet', '--depth=1', '--no-checkout', `file://${source}`, target])
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: source,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  for (const file of listed.split('\0')) {
    // A file that was removed is still listed until that is committed.
    if (file === '' || !existsSync(join(source, file))) continue
    mkdirSync(dirname(join(target, file)), { recursive: true })
    cpSync(join(source, file), join(target, file))
  }
}
