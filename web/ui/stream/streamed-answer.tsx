import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { partsOf } from '../../../protocol/transcript.ts'
import { katexLazy } from '../markdown/katex-loader.ts'
import { Markdown } from '../markdown/markdown.tsx'
import { englishMarkdownLabels } from '../markdown/markdown-labels.ts'
import type { MarkdownLabels } from '../markdown/markdown-labels.ts'
import { TextFade } from './text-fade.ts'
import { prefersReducedMotion } from './frame-clock.ts'
import { ReasoningFold } from './reasoning-fold.tsx'
import type { ReasoningLabels } from './reasoning-fold.tsx'
import type { StreamedSnapshot, StreamedText } from './streamed-text.ts'
import { useElapsed } from './use-elapsed.ts'

export interface AnswerLabels extends MarkdownLabels, ReasoningLabels {
  /** The label before the model has sent anything; `seconds` is undefined during the first second. */
  waiting: (seconds: number | undefined) => string
}

const englishAnswerLabels: AnswerLabels = {
  ...englishMarkdownLabels,
  waiting: (seconds) =>
    seconds === undefined ? 'Waiting for the model' : `Waiting for the model · ${seconds} s`,
  thinking: (seconds) => (seconds === undefined ? 'Thinking' : `Thinking · ${seconds} s`),
  thought: (seconds) => (seconds === undefined ? 'Thought' : `Thought for ${seconds} s`),
}

export interface StreamedAnswerProps {
  /** The answer's transcript: a store while the answer is being written, or the text from the server. */
  source: StreamedText | string
  /** Whether the answer is being written, if `source` is text; a store has this state itself. */
  streaming?: boolean
  /** `moving`: the answer is between two owners, and the dot is hollow. */
  link?: 'live' | 'moving'
  /** When the run began, in ms of `Date.now`, to count the seconds before the first word. */
  since?: number | undefined
  reasoningMs?: number | undefined
  labels?: AnswerLabels
  onError?: (error: unknown) => void
}

const never = (): (() => void) => () => undefined

function useSource(source: StreamedText | string, streaming: boolean): StreamedSnapshot {
  const fixed = useMemo(
    () => ({ text: typeof source === 'string' ? source : '', ended: !streaming }),
    [source, streaming],
  )
  const store = typeof source === 'string' ? undefined : source
  const get = store?.getSnapshot ?? ((): StreamedSnapshot => fixed)
  return useSyncExternalStore(store?.subscribe ?? never, get, get)
}

/** Shown before the first word, in place of the first line: a dot, and after 0.4 s its label. */
function Waiting({ since, labels }: { since: number | undefined; labels: AnswerLabels }): ReactNode {
  const seconds = useElapsed(true, since)
  return (
    <div className="md answer-waiting">
      <p>
        <span className="md-dot" aria-hidden="true" />
        {seconds !== undefined && (
          <span className="answer-waiting-words">{labels.waiting(seconds === 0 ? undefined : seconds)}</span>
        )}
      </p>
    </div>
  )
}

/**
 * Returns the text to show. While KaTeX is loading for the first formula, this stays for a moment the previous text,
 * because text after the formula would move once the formula is rendered.
 */
function useTextBehindFormula(text: string, streaming: boolean): string {
  const arriving = useSyncExternalStore(katexLazy.watch, katexLazy.isArriving)
  const [before, setBefore] = useState(text)
  if (arriving && streaming) return before
  if (before !== text) setBefore(text)
  return text
}

function FadingMarkdown(props: {
  text: string
  streaming: boolean
  labels: AnswerLabels
  onError: StreamedAnswerProps['onError']
}): ReactNode {
  const { streaming, labels, onError } = props
  const text = useTextBehindFormula(props.text, streaming)
  const root = useRef<HTMLDivElement>(null)
  const [fade] = useState(() => new TextFade())
  useLayoutEffect(() => {
    if (streaming && root.current !== null && !prefersReducedMotion()) fade.update(root.current)
  })
  useEffect(() => () => fade.stop(), [fade])
  return (
    <Markdown
      text={text}
      streaming={streaming}
      labels={labels}
      ref={root}
      {...(onError === undefined ? {} : { onError })}
    />
  )
}

/**
 * An answer: the collapsed reasoning and the visible text. The same elements show it while it is being written and
 * afterwards, so that nothing moves at the end.
 */
export function StreamedAnswer(props: StreamedAnswerProps): ReactNode {
  const labels = props.labels ?? englishAnswerLabels
  const { text, ended } = useSource(props.source, props.streaming === true)
  const streaming = !ended
  const parts = useMemo(() => partsOf(text, { ended: !streaming }), [text, streaming])
  const reasoning = parts.find((part) => part.kind === 'reasoning')
  const said = parts.find((part) => part.kind === 'text')
  const waiting = streaming && parts.length === 0
  return (
    <div className="answer" data-link={props.link === 'moving' ? 'moving' : undefined}>
      {reasoning && (
        <ReasoningFold
          text={reasoning.text}
          thinking={reasoning.open && streaming}
          elapsedMs={props.reasoningMs}
          since={props.since}
          labels={labels}
          markdownLabels={labels}
        />
      )}
      {waiting && <Waiting since={props.since} labels={labels} />}
      {said && (
        <FadingMarkdown text={said.text} streaming={streaming} labels={labels} onError={props.onError} />
      )}
    </div>
  )
}
