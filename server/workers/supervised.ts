import cluster from 'node:cluster'
import process from 'node:process'
import { supervisorCommand } from './worker-messages.ts'
import type { StopMode } from './worker-messages.ts'

/** A worker's connection to its supervisor. */
export interface SupervisorConnection {
  /** Reports that this worker is ready and listens on this port. */
  ready(port: number): void
  /** Also receives commands that came before the first listener was set. A lost supervisor counts as `drain`. */
  onStop(listener: (how: StopMode) => void): void
  /** Called when this worker has stopped: the channel then no longer keeps the process alive. */
  leave(): void
}

/**
 * Undefined in a process that no supervisor has started. Call it early, because commands that arrive before the call
 * are lost.
 */
export function connectToSupervisor(): SupervisorConnection | undefined {
  const { worker } = cluster
  if (!worker) return undefined
  const pendingCommands: StopMode[] = []
  let listener: (how: StopMode) => void = (how) => void pendingCommands.push(how)
  process.on('message', (message) => {
    const parsed = supervisorCommand.safeParse(message)
    if (parsed.success) listener(parsed.data.shoal)
  })
  worker.on('disconnect', () => {
    // Without this, the process would exit at once and cut its connections.
    worker.exitedAfterDisconnect = true
    listener('drain')
  })
  return {
    ready: (port) => void process.send?.({ shoal: 'ready', port }),
    onStop(next) {
      listener = next
      for (const how of pendingCommands.splice(0)) next(how)
    },
    leave: () => process.channel?.unref(),
  }
}
