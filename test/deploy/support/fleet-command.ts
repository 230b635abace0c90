import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'

/** `npm run fleet` in its own terminal, as a user starts it. */
export interface FleetCommand {
  /** The address that it printed when it was ready. */
  readonly address: string
  readonly folder: string
  readonly setupCode: string
  readonly instances: { label: string; url: string; pid: number }[]
  /** The command lines of all processes that it has started, and its own. */
  processes(): Promise<string[]>
  /** Everything printed so far. */
  output(): string
  /** Sends Ctrl-C as a terminal does, to all foreground processes. Resolves when the terminal closes. */
  interrupt(): Promise<void>
}

/** `script` opens a terminal. All processes in it are in one session, whose id is the pid of the first process. */
const programs = { terminal: 'script' }
const root = new URL('../../../', import.meta.url).pathname

/** Resolves when the command has printed the next steps. Rejects with its output if it exits before that. */
export async function startFleetCommand(words = ''): Promise<FleetCommand> {
  const child = spawn(
    programs.terminal,
    ['-qfec', `echo session $$; exec npm run fleet${words}`, '/dev/null'],
    {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const kill = (): void => void child.kill('SIGTERM')
  process.once('exit', kill)
  const ended = once(child, 'close').then(() => process.off('exit', kill))
  let output = ''
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output = stripVTControlCharacters(output + data.toString())
      if (output.includes('Ctrl-C stops all')) resolve()
    })
  })
  await Promise.race([
    ready,
    ended.then(() => {
      throw new Error(`npm run fleet ended: ${output}`)
    }),
  ])
  const session = /session (\d+)/.exec(output)?.[1] ?? ''
  return {
    address: /open +(https:\S+)/.exec(output)?.[1] ?? '',
    setupCode: /setup code: (\S+)/.exec(output)?.[1] ?? '',
    folder: / in (\/\S+) …/.exec(output)?.[1] ?? '',
    instances: [...output.matchAll(/(instance-\d) +(http:\S+) +kill -9 (\d+)/g)].map(
      ([, label = '', url = '', pid]) => ({ label, url, pid: Number(pid) }),
    ),
    output: () => output,
    async processes() {
      const list = spawn('ps', ['-o', 'args=', '-s', session], { stdio: ['ignore', 'pipe', 'inherit'] })
      let text = ''
      list.stdout.on('data', (data: Buffer) => (text += data.toString()))
      await once(list, 'close')
      return text.split('\n').filter(Boolean)
    },
    async interrupt() {
      child.stdin.write('\u0003')
      await ended
    },
  }
}
