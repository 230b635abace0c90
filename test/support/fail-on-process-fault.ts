import type { ChildProcess } from 'node:child_process'

const faults = /"event":"(uncaughtException|unhandledRejection)"/

/**
 * Fails the test run when an instance logs an uncaught exception or an unhandled rejection. The error is thrown outside
 * of any test, which Vitest counts as a failure, and which ends any other program.
 */
export function failOnProcessFault(child: ChildProcess, label: string): void {
  for (const stream of [child.stdout, child.stderr]) {
    let line = ''
    stream?.on('data', (data: Buffer) => {
      const lines = (line + data.toString()).split('\n')
      line = lines.pop() ?? ''
      const fault = lines.find((text) => faults.test(text))
      if (fault === undefined) return
      queueMicrotask(() => {
        throw new Error(`${label} had an ${faults.exec(fault)?.[1]}: ${fault}`)
      })
    })
  }
}
