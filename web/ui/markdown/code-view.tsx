import { memo, use, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { CodeChunk } from './parse/blocks.ts'
import { CopyButton } from './copy-button.tsx'
import { highlighterFor, splitRuns } from './highlighter.ts'
import type { CodeRun, Highlighter } from './highlighter.ts'
import { languageExtension, languageName } from './parse/language-name.ts'
import { saveFile } from '../save-file.ts'
import { useLazyIf } from '../lazy.ts'
import { whenIdle } from '../when-idle.ts'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import { StreamDot } from './stream-dot.tsx'
import { ToolButton } from './tool-button.tsx'
import { useOverflow } from './use-overflow.ts'

const maxHighlighted = 50_000
const maxLine = 2000
/** A box as wide as the text shows this many columns. Code with a longer line gets a wider box where there is space. */
const textColumns = 76
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
  /** The code to copy and to save, if `chunks` are only its beginning. */
  whole?: string
}

/**
 * A read-only code block. Its head stays in sight while the block is scrolled past. The box of the code is a tab stop
 * only if it can be scrolled sideways.
 */
function CodeInner({ language, chunks, closed, dot, whole }: CodeProps): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const highlighter = useLazyIf(highlighterFor(language))
  const runs = useWholeRuns(chunks, closed, highlighter)
  const ref = useRef<HTMLPreElement>(null)
  const overflows = useOverflow(ref)
  const [wraps, setWraps] = useState(false)
  const read = (): string => whole ?? codeOf(chunks)
  return (
    <figure
      className={chunks.length > shortChunks ? 'md-code md-long' : 'md-code'}
      aria-label={labels.code(languageName(language))}
      dir="ltr"
      data-wide={chunks.some((chunk) => chunk.columns > textColumns) || undefined}
      data-wraps={wraps || undefined}
    >
      <div className="md-code-head">
        <span className="md-code-language">{languageName(language)}</span>
        <div className="md-code-tools">
          {(overflows || wraps) && (
            <ToolButton
              icon="wrap"
              label={labels.wrapLines}
              pressed={wraps}
              onClick={() => setWraps(!wraps)}
            />
          )}
          <ToolButton
            icon="save"
            label={labels.saveCode}
            onClick={() =>
              saveFile(`code.${languageExtension(language)}`, new Blob([read()], { type: 'text/plain' }))
            }
          />
          <CopyButton text={read} />
        </div>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */}
      <pre className="md-code-scroll" ref={ref} tabIndex={overflows ? 0 : undefined}>
        <code>
          {chunks.map((chunk, index) => (
            <ChunkView
              key={chunk.at}
              chunk={chunk}
              highlighter={highlighter}
              runs={runs?.[index]}
              dot={dot && index === chunks.length - 1}
            />
          ))}
        </code>
      </pre>
    </figure>
  )
}

export const CodeView = memo(CodeInner)
