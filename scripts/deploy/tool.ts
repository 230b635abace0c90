import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findProgram } from '../../test/support/find-program.ts'

export type Outcome = { passed: true; output?: string } | { failed: string } | { skipped: string }

interface RunOptions {
  env?: Record<string, string>
  /** The output must also match this. */
  expect?: RegExp
  /** The command must fail, and its output must match this. */
  refuses?: RegExp
  cwd?: string
}

/** Runs a tool for at most a minute. If it is not installed, the outcome is `skipped` and names it. */
export function runTool(name: string, args: string[], options: RunOptions = {}): Outcome {
  const path = name.includes('/') ? name : findProgram(name)
  if (path === undefined || !existsSync(path)) return { skipped: `${name} is not installed` }
  const { status, stdout, stderr, error } = spawnSync(path, args, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const output = `${stdout}${stderr}${error?.message ?? ''}`
  if (options.refuses) {
    const good = status !== 0 && options.refuses.test(output)
    return good ? { passed: true } : { failed: `should have failed with ${options.refuses}:\n${output}` }
  }
  if (status !== 0) return { failed: output || `exited with ${status}` }
  if (options.expect && !options.expect.test(output))
    return { failed: `${options.expect} is missing in:\n${output}` }
  return { passed: true, output }
}
