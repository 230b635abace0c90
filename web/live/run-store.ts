import { createListeners } from '../base/listeners.ts'
import { seedRun, applyFrame } from './followed-run.ts'
import type { FollowedRun, RunFrame, RunLink, RunSeed, TextChange } from './followed-run.ts'

/** The text and state of one run outside of React, so that a new word re-renders only the message that shows it. */
export interface RunStore {
  get: () => FollowedRun
  /** Called after each change of state, but not if only the text grows. */
  subscribe: (listener: () => void) => () => void
  /** Called with every change of the text as it arrives. */
  onText: (listener: (change: TextChange) => void) => () => void
}

export interface WritableRunStore extends RunStore {
  /** Applies a frame. Returns true if the run has to be followed again. */
  apply: (frame: RunFrame) => boolean
}

export function createRunStore(seed: RunSeed): WritableRunStore {
  let run = seedRun(seed)
  const stateChanged = createListeners()
  const textChanged = createListeners<[TextChange]>()

  return {
    get: () => run,
    subscribe: stateChanged.add,
    onText: textChanged.add,
    apply(frame) {
      const before = run
      const step = applyFrame(run, frame)
      run = step.run
      for (const change of step.changes) textChanged.notify(change)
      if (stateDiffers(before, run)) stateChanged.notify()
      return step.followAgain
    },
  }
}

/** The link state of an open run; `live` for one that has ended. */
export function linkOf({ state }: FollowedRun): RunLink {
  return state.name === 'open' ? state.link : 'live'
}

function stateDiffers(a: FollowedRun, b: FollowedRun): boolean {
  return (
    a.phase !== b.phase ||
    a.state.name !== b.state.name ||
    linkOf(a) !== linkOf(b) ||
    a.replacedText !== b.replacedText ||
    (a.text === '') !== (b.text === '')
  )
}
