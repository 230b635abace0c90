import { memo, use, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { CodeChunk } from './parse/blocks.ts'
import { CopyButton } from './copy-button.tsx'
import { highlighterFor, splitRuns } from './highlighter.ts'
import type { CodeRun, Highlighter } from './highlighter.ts'
import { languageName } from './parse/language-name.ts'
import { useLazyIf } from '../lazy.ts'
import { whenIdle } from '../when-idle.ts'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import { StreamDot } from './stream-dot.tsx'

const maxHighlighted = 50_000
const maxLine = 2000
/** Code with more chunks is drawn only where it is in sight. */
const shortChunks = 4

interface ChunkProps {
  chunk: CodeChunk
  highlighter: Highlighter | undefined
  /** Highlighted runs from a pass over the whole code, if there was one. */
  runs: readonly CodeRun[] | undefined
  dot: boolean
}

function hasLongLine(text: string): boolean {
  if (text.length <= maxLine) return false
  return text.split('\n').some((line) => line.length > maxLine)
}

function ChunkInner({ chunk, highlighter, runs, dot }: ChunkProps): ReactNode {
  const own = useMemo(() => {
    if (runs !== undefined || highlighter === undefined) return undefined
    return chunk.at >= maxHighlighted || hasLongLine(chunk.text) ? undefined : highlighter(chunk.text)
  }, [runs, highlighter, chunk.at, chunk.text])
  const shown = runs ?? own
  return (
    <span
      className="md-chunk"
      style={{ containIntrinsicBlockSize: `calc(${chunk.lines} * var(--md-code-line))` }}
    >
      {shown === undefined ? chunk.text : shown.map(renderRun)}
      {dot && <StreamDot />}
    </span>
  )
}

function renderRun(run: CodeRun, index: number): ReactNode {
  if (run.kind === '') return run.text
  return (
    // oxlint-disable-next-line react/no-array-index-key -- a run has no other key
    <span key={index} className={`tok-${run.kind}`}>
      {run.text}
    </span>
  )
}

const ChunkView = memo(ChunkInner)

function useWholeRuns(
  chunks: readonly CodeChunk[],
  closed: boolean,
  highlighter: Highlighter | undefined,
): ReadonlyArray<readonly CodeRun[]> | undefined {
  const [streamed] = useState(!closed)
  const [done, setDone] = useState<{
    chunks: readonly CodeChunk[]
    runs: ReadonlyArray<readonly CodeRun[]>
  }>()
  const length = (chunks.at(-1)?.at ?? 0) + (chunks.at(-1)?.text.length ?? 0)
  const wanted =
    closed &&
    highlighter !== undefined &&
    chunks.length > 1 &&
    length < maxHighlighted &&
    !chunks.some(hasLong)
  // Code that was complete from the start is highlighted at once, code that was streamed when the browser is idle.
  const atOnce = useMemo(
    () => (wanted && !streamed ? highlightWhole(chunks, highlighter) : undefined),
    [wanted, streamed, chunks, highlighter],
  )
  useEffect(() => {
    if (!wanted || !streamed) return undefined
    return whenIdle(() => setDone({ chunks, runs: highlightWhole(chunks, highlighter) }))
  }, [wanted, streamed, chunks, highlighter])
  return atOnce ?? (done?.chunks === chunks ? done.runs : undefined)
}

function hasLong(chunk: CodeChunk): boolean {
  return hasLongLine(chunk.text)
}

function highlightWhole(
  chunks: readonly CodeChunk[],
  highlighter: Highlighter,
): ReadonlyArray<readonly CodeRun[]> {
  return splitRuns(
    highlighter(codeOf(chunks)),
    chunks.map((chunk) => chunk.text.length),
  )
}

function codeOf(chunks: readonly CodeChunk[]): string {
  return chunks.map((chunk) => chunk.text).join('')
}

interface CodeProps {
  language: string
  chunks: readonly CodeChunk[]
  closed: boolean
  dot: boolean
}

/**
 * A read-only code block. The button inside the scroll box is its only tab stop; while it has the focus, the arrow keys
 * scroll the box.
 */
function CodeInner({ language, chunks, closed, dot }: CodeProps): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const highlighter = useLazyIf(highlighterFor(language))
  const whole = useWholeRuns(chunks, closed, highlighter)
  return (
    <figure
      className={chunks.length > shortChunks ? 'md-code md-long' : 'md-code'}
      aria-label={labels.code(languageName(language))}
      dir="ltr"
    >
      <div className="md-code-scroll">
        <div className="md-code-head">
          <span className="md-code-language">{languageName(language)}</span>
          <CopyButton text={() => codeOf(chunks)} />
        </div>
        <pre>
          <code>
            {chunks.map((chunk, index) => (
              <ChunkView
                key={chunk.at}
                chunk={chunk}
                highlighter={highlighter}
                runs={whole?.[index]}
                dot={dot && index === chunks.length - 1}
              />
            ))}
          </code>
        </pre>
      </div>
    </figure>
  )
}

export const CodeView = memo(CodeInner)
