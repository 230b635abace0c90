import cluster from 'node:cluster'
import process from 'node:process'
import { toWorker } from './worker-messages.ts'
import type { HowToStop } from './worker-messages.ts'

/** A worker's side of its supervisor. */
export interface Supervised {
  /** It serves, on this port. */
  ready(port: number): void
  /** Also told what was said before anybody listened. A supervisor that is gone means `drain`. */
  onStop(listener: (how: HowToStop) => void): void
  /** It has stopped: the channel no longer keeps the process alive. */
  leave(): void
}

/** Undefined in a process that no supervisor has started. Call it early: what is said before is lost. */
export function supervised(): Supervised | undefined {
  const { worker } = cluster
  if (!worker) return undefined
  const said: HowToStop[] = []
  let listener: (how: HowToStop) => void = (how) => void said.push(how)
  process.on('message', (message) => {
    const parsed = toWorker.safeParse(message)
    if (parsed.success) listener(parsed.data.shoal)
  })
  worker.on('disconnect', () => {
    // Without this the process would end at once, and cut what it serves.
    worker.exitedAfterDisconnect = true
    listener('drain')
  })
  return {
    ready: (port) => void process.send?.({ shoal: 'ready', port }),
    onStop(next) {
      listener = next
      for (const how of said.splice(0)) next(how)
    },
    leave: () => process.channel?.unref(),
  }
}
