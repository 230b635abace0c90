import { useEffect, useState, useSyncExternalStore } from 'react'
import { createListeners } from '../../../base/listeners.ts'
import type { RunLink } from '../../../live/followed-run.ts'
import { linkOf } from '../../../live/run-store.ts'
import type { RunStore } from '../../../live/run-store.ts'

const runs = new Map<string, RunStore>()
const changed = createListeners()

/** Makes the run of an answer on the screen known to the status line. Returns the function that removes it. */
export function addShownRun(runId: string, run: RunStore): () => void {
  runs.set(runId, run)
  changed.notify()
  return () => {
    if (runs.get(runId) === run) runs.delete(runId)
    changed.notify()
  }
}

export interface ShownRun {
  /** Null if the answer is not on the screen or has ended. */
  link: RunLink | null
  /** Whether the answer was regenerated, so that its first version is not its beginning. */
  isRegenerated: boolean
}

const none: ShownRun = { link: null, isRegenerated: false }

/** The state of the run if its answer is on the screen. */
export function useShownRun(runId: string | null): ShownRun {
  const run = useSyncExternalStore(changed.add, () => (runId === null ? undefined : runs.get(runId)))
  const [state, setState] = useState(none)
  useEffect(() => {
    if (!run) return
    const read = (): void => {
      const now = run.get()
      setState({ link: linkOf(now), isRegenerated: now.replacedText !== null })
    }
    read()
    const stop = run.subscribe(read)
    return () => {
      stop()
      setState(none)
    }
  }, [run])
  return state
}
