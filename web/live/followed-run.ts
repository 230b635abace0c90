import type { ServerFrame } from '../../protocol/frames.ts'
import type { Position, RunPhase } from '../../protocol/run.ts'

export type RunLink = Extract<ServerFrame, { t: 'run.link' }>['link']
export type RunEnd = Omit<Extract<ServerFrame, { t: 'run.end' }>, 't' | 'c'>

/**
 * Where a run is for its reader. `ended`: the end is known and the text has its length. `gone`: the server does not know
 * the run (any more), and the chat has to be read again. Both are final: later frames change nothing.
 */
type RunState = { name: 'open'; link: RunLink } | { name: 'ended'; end: RunEnd } | { name: 'gone' }

/** What a reader knows of one run. */
export interface FollowedRun {
  runId: string
  messageId: string
  /** The transcript so far. */
  text: string
  position: Position
  /** As it was told last; also after the end. */
  phase: RunPhase
  state: RunState
  /** The words that were shown before the answer was written anew. */
  firstVersion: string | null
}

/** What a frame did to the text, for whoever shows it. */
export type TextChange = { kind: 'cut'; length: number } | { kind: 'append'; text: string }

export interface Step {
  run: FollowedRun
  changes: TextChange[]
  /** What arrived does not join: the run has to be followed again from `run.position`. */
  followAgain: boolean
}

/** The frames that concern one run, once its channel is known. */
export type RunFrame = Extract<
  ServerFrame,
  { t: 'run' | 'w' | 'run.link' | 'run.phase' | 'run.end' | 'run.gone' }
>

export interface RunSeed {
  runId: string
  messageId: string
  text: string
  fence: number
  phase: RunPhase
}

export function seedRun({ runId, messageId, text, fence, phase }: RunSeed): FollowedRun {
  return {
    runId,
    messageId,
    text,
    position: { fence, seq: 0, length: text.length },
    phase,
    state: { name: 'open', link: 'live' },
    firstVersion: null,
  }
}

/**
 * Takes a frame. Frames may repeat, overlap, be cut anywhere or be lost: what does not join asks to be followed again,
 * and the text is never joined wrongly (rule 4 of a run).
 */
export function takeFrame(run: FollowedRun, frame: RunFrame): Step {
  if (run.state.name !== 'open') return unchanged(run)
  const { link } = run.state
  switch (frame.t) {
    case 'run':
      return takeRun(run, link, frame)
    case 'w':
      return takeWords(run, link, frame)
    case 'run.link':
      return unchanged({ ...run, state: { name: 'open', link: frame.link } })
    case 'run.phase':
      return unchanged({ ...run, phase: frame.phase })
    case 'run.end':
      return takeEnd(run, frame)
    case 'run.gone':
      return unchanged({ ...run, state: { name: 'gone' } })
  }
}

function unchanged(run: FollowedRun): Step {
  return { run, changes: [], followAgain: false }
}

function takeRun(run: FollowedRun, link: RunLink, frame: Extract<RunFrame, { t: 'run' }>): Step {
  const have = run.text.length
  if (frame.keep > have) return { run, changes: [], followAgain: true }
  const text = run.text.slice(0, frame.keep) + frame.text
  // Words that are on the screen already are not taken away to be shown again.
  const goesOn = text.startsWith(run.text)
  const changes: TextChange[] = []
  if (!goesOn) changes.push({ kind: 'cut', length: frame.keep })
  const fresh = goesOn ? text.slice(have) : frame.text
  if (fresh !== '') changes.push({ kind: 'append', text: fresh })
  const anew = frame.how === 'reset' && !goesOn
  return {
    run: {
      ...run,
      text,
      position: frame.position,
      phase: frame.phase,
      // An instance that has not seen the move does not report it; a higher fence shows that another instance writes.
      state: {
        name: 'open',
        link: link === 'moving' && frame.position.fence > run.position.fence ? 'moved' : link,
      },
      messageId: frame.messageId,
      // After a second reset the version stays that had come furthest.
      firstVersion: anew && have > (run.firstVersion?.length ?? 0) ? run.text : run.firstVersion,
    },
    changes,
    followAgain: false,
  }
}

function takeWords(run: FollowedRun, link: RunLink, frame: Extract<RunFrame, { t: 'w' }>): Step {
  const have = run.text.length
  if (frame.at > have) return { run, changes: [], followAgain: true }
  const seq = frame.s ?? run.position.seq
  const fresh = frame.x.slice(have - frame.at)
  const length = have + fresh.length
  return {
    run: {
      ...run,
      text: run.text + fresh,
      position: { fence: run.position.fence, seq, length },
      state: { name: 'open', link: link === 'stalled' ? 'live' : link },
    },
    changes: fresh === '' ? [] : [{ kind: 'append', text: fresh }],
    followAgain: false,
  }
}

function takeEnd(run: FollowedRun, end: Extract<RunFrame, { t: 'run.end' }>): Step {
  if (end.length !== run.text.length) return { run, changes: [], followAgain: true }
  return unchanged({ ...run, state: { name: 'ended', end } })
}
