import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const root = join(import.meta.dirname, '../..')

export interface CommandResult {
  code: number | null
  out: string
  err: string
}

/** Runs a command in the repository until it exits. Of this process's environment it gets only PATH and HOME. */
export async function runProgram(
  [command = '', ...words]: string[],
  env: Record<string, string>,
  input = '',
): Promise<CommandResult> {
  const child = spawn(command, words, {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_FORMAT: 'json', ...env },
  })
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, out, err }
}

/** Runs Shoal's command line from this repository. */
export const runShoal = (words: string[], env: Record<string, string>, input = ''): Promise<CommandResult> =>
  runProgram([process.execPath, 'server/cli.ts', ...words], env, input)
