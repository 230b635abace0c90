import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { killOnExit } from '../../test/support/kill-on-exit.ts'

export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Mounts /proc and /dev in a separate namespace, so that they disappear when the command ends. */
const enter = `
mount -t proc proc "$MACHINE/proc"
mount --rbind /dev "$MACHINE/dev"
exec chroot --userspec="$MACHINE_USER" "$MACHINE" /bin/sh -c "cd '$MACHINE_FOLDER' && $MACHINE_LINE"`

export interface ShellOptions {
  /** The root folder of the machine. */
  root: string
  line: string
  user?: string
  folder?: string
  env?: Record<string, string>
}

export interface RunningLine {
  /** Everything that the line has printed so far. */
  output(): string
  /** Resolves with true when the output matches; with false if the line ends without a match, or after `ms`. */
  prints(pattern: RegExp, ms: number): Promise<boolean>
  /** Resolves with the exit code. Kills the line after `ms`. */
  exited(ms: number): Promise<number>
  /** Sends SIGINT to every process of the line, as Ctrl-C in a terminal does. */
  interrupt(): void
}

/** Starts a shell line on a bare machine. */
export function startLine({ root, line, user = 'root', folder = '/', env = {} }: ShellOptions): RunningLine {
  const child = spawn('unshare', ['--mount', 'sh', '-ec', enter], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: systemPath,
      HOME: user === 'root' ? '/root' : `/home/${user}`,
      ...env,
      MACHINE: root,
      MACHINE_USER: `${user}:${user}`,
      MACHINE_FOLDER: folder,
      MACHINE_LINE: line,
    },
  })
  killOnExit(child)
  let output = ''
  const outputEvents = new EventTarget()
  const keep = (data: Buffer): void => {
    output += data.toString()
    outputEvents.dispatchEvent(new Event('output'))
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const end = once(child, 'close').then(([code]) => (code as number | null) ?? 1)
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, name)
    } catch {
      // The line has ended already.
    }
  }
  process.once('exit', () => signal('SIGKILL'))
  return {
    output: () => output,
    async prints(pattern, ms) {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const look = (): void => {
        if (pattern.test(output)) resolve(true)
      }
      outputEvents.addEventListener('output', look)
      const timer = setTimeout(() => resolve(false), ms)
      look()
      void end.then(() => resolve(pattern.test(output)))
      return promise.finally(() => {
        clearTimeout(timer)
        outputEvents.removeEventListener('output', look)
      })
    },
    async exited(ms) {
      const timer = setTimeout(() => signal('SIGKILL'), ms)
      return end.finally(() => clearTimeout(timer))
    },
    interrupt: () => signal('SIGINT'),
  }
}

/** Runs a line to its end and resolves with its output. Rejects with the output if it fails. */
export async function runLine(options: ShellOptions): Promise<string> {
  const running = startLine(options)
  const code = await running.exited(600_000)
  if (code !== 0) throw new Error(`\`${options.line}\` ended with ${code}:\n${running.output().slice(-1500)}`)
  return running.output()
}
