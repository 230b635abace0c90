import type { ChildProcess } from 'node:child_process'

const running = new Map<ChildProcess, NodeJS.Signals>()

function endAll(): void {
  for (const [child, signal] of running) child.kill(signal)
}

process.once('exit', endAll)
for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => {
    endAll()
    // If the program has its own listener, that listener decides when the process exits.
    if (process.listenerCount(signal) === 0) process.exit(128 + number)
  })
}

/**
 * Ends a child process when this process ends. So a test that fails or is interrupted (Ctrl-C, a timeout of the runner)
 * before it stops its servers leaves none behind.
 */
export function killOnExit(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  running.set(child, signal)
  child.once('exit', () => running.delete(child))
}
