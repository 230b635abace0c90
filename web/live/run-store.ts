import { createListeners } from '../base/listeners.ts'
import { seedRun, takeFrame } from './followed-run.ts'
import type { FollowedRun, RunFrame, RunLink, RunSeed, TextChange } from './followed-run.ts'

/** One run's text and state outside of React: a word re-renders the message that shows it, and nothing else. */
export interface RunStore {
  get: () => FollowedRun
  /** Told of every change of state; not of words alone. */
  subscribe: (listener: () => void) => () => void
  /** Told of every change of the text, as it comes. */
  onText: (listener: (change: TextChange) => void) => () => void
}

export interface WritableRunStore extends RunStore {
  /** Takes a frame; true when the run has to be followed again. */
  take: (frame: RunFrame) => boolean
}

export function createRunStore(seed: RunSeed): WritableRunStore {
  let run = seedRun(seed)
  const stateChanged = createListeners()
  const textChanged = createListeners<[TextChange]>()

  return {
    get: () => run,
    subscribe: stateChanged.add,
    onText: textChanged.add,
    take(frame) {
      const before = run
      const step = takeFrame(run, frame)
      run = step.run
      for (const change of step.changes) textChanged.notify(change)
      if (stateDiffers(before, run)) stateChanged.notify()
      return step.followAgain
    },
  }
}

/** The link of an open run; a run that is over needs none. */
export function linkOf({ state }: FollowedRun): RunLink {
  return state.name === 'open' ? state.link : 'live'
}

function stateDiffers(a: FollowedRun, b: FollowedRun): boolean {
  return (
    a.phase !== b.phase ||
    a.state.name !== b.state.name ||
    linkOf(a) !== linkOf(b) ||
    a.firstVersion !== b.firstVersion ||
    (a.text === '') !== (b.text === '')
  )
}
