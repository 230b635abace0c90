import type { ServerFrame } from '../../protocol/frames.ts'
import type { Position, RunPhase } from '../../protocol/run.ts'

export type RunLink = Extract<ServerFrame, { t: 'run.link' }>['link']
export type RunEnd = Omit<Extract<ServerFrame, { t: 'run.end' }>, 't' | 'c'>

/**
 * The state of a run for its reader. `ended`: the end is known and the text has the final length. `gone`: the server
 * does not know the run (any more), and the chat has to be read again. Both are final: later frames change nothing.
 */
type RunState = { name: 'open'; link: RunLink } | { name: 'ended'; end: RunEnd } | { name: 'gone' }

/** What the page knows about one run. */
export interface FollowedRun {
  runId: string
  messageId: string
  /** The transcript so far. */
  text: string
  position: Position
  /** The last reported phase, kept after the end. */
  phase: RunPhase
  state: RunState
  /** The text that was shown before the answer was regenerated; null if it was not. */
  replacedText: string | null
}

/** How a frame changed the text, for the components that display it. */
export type TextChange = { kind: 'cut'; length: number } | { kind: 'append'; text: string }

export interface FrameResult {
  run: FollowedRun
  changes: TextChange[]
  /** The frame does not join the text: the run has to be followed again from `run.position`. */
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
    replacedText: null,
  }
}

/**
 * Applies a frame. Frames may repeat, overlap, be cut anywhere or be lost. A frame that does not join the text changes
 * nothing and requests to follow the run again, so the text is never joined wrongly (rule 4 of a run).
 */
export function applyFrame(run: FollowedRun, frame: RunFrame): FrameResult {
  if (run.state.name !== 'open') return unchanged(run)
  const { link } = run.state
  switch (frame.t) {
    case 'run':
      return applyRun(run, link, frame)
    case 'w':
      return applyText(run, link, frame)
    case 'run.link':
      return unchanged({ ...run, state: { name: 'open', link: frame.link } })
    case 'run.phase':
      return unchanged({ ...run, phase: frame.phase })
    case 'run.end':
      return applyEnd(run, frame)
    case 'run.gone':
      return unchanged({ ...run, state: { name: 'gone' } })
  }
}

function unchanged(run: FollowedRun): FrameResult {
  return { run, changes: [], followAgain: false }
}

function applyRun(run: FollowedRun, link: RunLink, frame: Extract<RunFrame, { t: 'run' }>): FrameResult {
  const have = run.text.length
  if (frame.keep > have) return { run, changes: [], followAgain: true }
  const text = run.text.slice(0, frame.keep) + frame.text
  // Do not remove text from the screen only to show the same text again.
  const extendsShownText = text.startsWith(run.text)
  const changes: TextChange[] = []
  if (!extendsShownText) changes.push({ kind: 'cut', length: frame.keep })
  const fresh = extendsShownText ? text.slice(have) : frame.text
  if (fresh !== '') changes.push({ kind: 'append', text: fresh })
  const regenerated = frame.how === 'reset' && !extendsShownText
  return {
    run: {
      ...run,
      text,
      position: frame.position,
      phase: frame.phase,
      // The new server may not have seen the takeover and then does not report it, but the higher fence proves it.
      state: {
        name: 'open',
        link: link === 'moving' && frame.position.fence > run.position.fence ? 'moved' : link,
      },
      messageId: frame.messageId,
      // After a second reset, keep the longest text that was replaced.
      replacedText: regenerated && have > (run.replacedText?.length ?? 0) ? run.text : run.replacedText,
    },
    changes,
    followAgain: false,
  }
}

function applyText(run: FollowedRun, link: RunLink, frame: Extract<RunFrame, { t: 'w' }>): FrameResult {
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

function applyEnd(run: FollowedRun, end: Extract<RunFrame, { t: 'run.end' }>): FrameResult {
  if (end.length !== run.text.length) return { run, changes: [], followAgain: true }
  return unchanged({ ...run, state: { name: 'ended', end } })
}
