import { spawn } from 'node:child_process'

export interface CommandResult {
  code: number
  seconds: number
}

/**
 * Runs a command and shows its output; with `quiet`, only if it fails. Resolves with the exit code and the duration.
 */
export async function runCommand(
  command: string,
  args: string[],
  { env = {}, quiet = false }: { env?: Record<string, string>; quiet?: boolean } = {},
): Promise<CommandResult> {
  const started = performance.now()
  const child = spawn(command, args, {
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  let output = ''
  child.stdout?.on('data', (data) => (output += data))
  child.stderr?.on('data', (data) => (output += data))
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exit, signal) => resolve(exit ?? (signal ? 1 : 0)))
  })
  if (quiet && code !== 0) process.stdout.write(output)
  return { code, seconds: (performance.now() - started) / 1000 }
}
