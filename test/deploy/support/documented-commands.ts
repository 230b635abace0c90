import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** The commands of each shell block on a page, in order. Continued lines are joined. */
export function documentedCommands(page: string): string[][] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) =>
    block
      .replaceAll(/ *\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => line.replace(/\s+#\s.*$/, ''))
      .filter((line) => line.trim() !== ''),
  )
}

export interface RunningCommands extends AsyncDisposable {
  /** Everything that was printed. */
  output(): string
}

const isServer = (command: string): boolean => /npm start|shoal start/.test(command)

/**
 * Runs commands one after the other, as a user types them. Servers keep running, and the commands after them wait until
 * each of `ports` is ready. Resolves when the last command has ended; rejects with the output if one fails, if a server
 * ends, and after 2 minutes. Disposing ends the servers.
 */
export async function runCommands(
  commands: string[],
  { env, ports = [] }: { env: Record<string, string>; ports?: number[] },
): Promise<RunningCommands> {
  const servers = commands.filter(isServer).length
  const lastServer = commands.findLastIndex(isServer)
  const script = commands.flatMap((command, index) => [
    isServer(command) && !command.endsWith('&') ? `${command} &` : command,
    ...(index === lastServer ? ports.map((port) => untilReady(port, servers)) : []),
  ])
  const child = spawn('bash', ['-euc', [...script, 'echo ALL-DONE', 'wait'].join('\n')], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  })
  const end = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid) process.kill(-child.pid, signal)
    } catch {
      // All processes have ended.
    }
  }
  const kill = (): void => end('SIGKILL')
  process.once('exit', kill)
  let output = ''
  const done = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.includes('ALL-DONE')) resolve()
    })
  })
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  const closed = once(child, 'close').then(() => process.off('exit', kill))
  const tooLong = setTimeout(kill, 120_000)
  void closed.then(() => clearTimeout(tooLong))
  await Promise.race([
    done,
    closed.then(() => {
      if (!output.includes('ALL-DONE')) throw new Error(`${script.join('\n')}\n\n${output}`)
    }),
  ])
  return {
    output: () => output,
    async [Symbol.asyncDispose]() {
      // Other tests check how an instance stops, which takes seconds.
      kill()
      await closed
    },
  }
}

/** Waits until the port is ready; fails the script if one of the servers has ended. */
const untilReady = (port: number, servers: number): string =>
  `until curl -fs -m 5 -o /dev/null http://127.0.0.1:${port}/ready; do [ "$(jobs -pr | wc -l)" -eq ${servers} ]; sleep 0.2; done`
