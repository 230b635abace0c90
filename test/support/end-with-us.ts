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
    // Whoever else listens to it decides when this process ends.
    if (process.listenerCount(signal) === 0) process.exit(128 + number)
  })
}

/**
 * A process that must not outlive this one: a test that fails or is broken off (Ctrl-C, a timeout of the runner) before
 * it has stopped its servers leaves none behind.
 */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  running.set(child, signal)
  child.once('exit', () => running.delete(child))
}
