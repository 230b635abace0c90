import { startTransition, useEffect, useMemo, useState } from 'react'
import type { ReactNode, Ref } from 'react'
import { GroupView } from './block-view.tsx'
import type { BlockGroup } from './parse/blocks.ts'
import { englishMarkdownLabels, MarkdownLabelsContext } from './markdown-labels.ts'
import type { MarkdownLabels } from './markdown-labels.ts'
import { MessageBoundary } from './message-boundary.tsx'
import { MarkdownParser } from './parse/parse-markdown.ts'
import type { ParsedMarkdown } from './parse/parse-markdown.ts'
import { StreamDot } from './stream-dot.tsx'

export interface MarkdownProps {
  text: string
  /** The text is still growing: unfinished markup is hidden or closed, and a dot follows the last word. */
  streaming?: boolean
  labels?: MarkdownLabels
  /** Called if rendering failed and the text is shown as plain text. */
  onError?: (error: unknown) => void
  ref?: Ref<HTMLDivElement>
}

// In characters of source. A message of usual size is mounted at once, a huge one in steps between frames.
const mountedAtOnce = 60_000
const mountedPerFrame = 40_000

function useMounted(weight: number): number {
  const [mounted, setMounted] = useState(mountedAtOnce)
  const behind = mounted < weight + mountedAtOnce / 2
  useEffect(() => {
    if (!behind) return undefined
    const frame = requestAnimationFrame(() => startTransition(() => setMounted(mounted + mountedPerFrame)))
    return () => cancelAnimationFrame(frame)
  }, [behind, mounted])
  return mounted
}

function withinWeight(groups: readonly BlockGroup[], limit: number): readonly BlockGroup[] {
  let sum = 0
  let count = 0
  for (const group of groups) {
    if (count > 0 && sum > limit) break
    sum += group.weight
    count++
  }
  return count === groups.length ? groups : groups.slice(0, count)
}

// A rule, the end of a formula or a link definition has no word that the dot could follow.
const dotless = /^ {0,3}(?:(?:[-*_][ \t]*){3,}|\[[^\]^][^\]]*\]:.*)$|(?:\$\$|\\\])$/

/** Whether the last block shown can contain the dot. */
function canContainDot({ groups }: ParsedMarkdown): boolean {
  const last = groups.at(-1)?.blocks.at(-1)
  if (last === undefined || last.kind === 'math') return false
  return last.kind !== 'text' || !dotless.test(last.raw)
}

function Rendered({ text, streaming = false, labels, ref }: MarkdownProps): ReactNode {
  // The parser is only a cache: its result depends on nothing but the text.
  const [parser] = useState(() => new MarkdownParser())
  const parsed = useMemo(() => parser.parse(text, !streaming), [parser, text, streaming])
  const groups = withinWeight(parsed.groups, useMounted(parsed.weight))
  const inside = streaming && canContainDot(parsed)
  return (
    <MarkdownLabelsContext value={labels ?? englishMarkdownLabels}>
      <div className="md" ref={ref} data-streaming={streaming || undefined}>
        {groups.map((group, index) => (
          <GroupView key={group.key} group={group} dot={inside && index === parsed.groups.length - 1} />
        ))}
        {streaming && !inside && <StreamDot />}
      </div>
    </MarkdownLabelsContext>
  )
}

/**
 * Renders Markdown of a model or a user as React elements. It never creates HTML, so it needs no sanitiser and works
 * where Trusted Types are required. The text may grow: finished blocks keep their nodes, and the cost of an update
 * depends on the new text. A streamed text ends with the same DOM as a text that is rendered at once.
 */
export function Markdown(props: MarkdownProps): ReactNode {
  return (
    <MessageBoundary text={props.text} onError={props.onError}>
      <Rendered {...props} />
    </MessageBoundary>
  )
}
