import { useId, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Markdown } from '../markdown/markdown.tsx'
import type { MarkdownLabels } from '../markdown/markdown-labels.ts'
import { useElapsed } from './use-elapsed.ts'

export interface ReasoningLabels {
  /** The label while the model is thinking; `seconds` is undefined during the first second. */
  thinking: (seconds: number | undefined) => string
  /** The label afterwards; `seconds` is undefined if the time was not measured. */
  thought: (seconds: number | undefined) => string
}

export interface ReasoningFoldProps {
  text: string
  thinking: boolean
  /** How long the reasoning took, in ms, once known. */
  elapsedMs?: number | undefined
  /** When the reasoning began, in ms of `Date.now`. */
  since?: number | undefined
  labels: ReasoningLabels
  markdownLabels?: MarkdownLabels | undefined
}

function scrollerOf(element: Element): Element | null {
  for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent
  }
  return document.scrollingElement
}

/** Counts the seconds while the model is thinking, and keeps the last value afterwards. */
function useThoughtFor(
  thinking: boolean,
  since: number | undefined,
  elapsedMs: number | undefined,
): number | undefined {
  const running = useElapsed(thinking, since)
  const [kept, setKept] = useState<number>()
  if (running !== undefined && running !== kept) setKept(running)
  if (elapsedMs !== undefined) return Math.max(1, Math.round(elapsedMs / 1000))
  const seconds = thinking ? running : kept
  return seconds === 0 ? undefined : seconds
}

/**
 * The reasoning of an answer, collapsed into one line with its duration. It grows in a box of limited height. When it
 * is opened, the page is scrolled by the height of the box, so that the answer below stays in place.
 */
export function ReasoningFold(props: ReasoningFoldProps): ReactNode {
  const { text, thinking, labels } = props
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const bottom = useRef<number>(undefined)
  const seconds = useThoughtFor(thinking, props.since, props.elapsedMs)
  const id = useId()

  useLayoutEffect(() => {
    const before = bottom.current
    bottom.current = undefined
    if (before === undefined || root.current === null) return
    const moved = root.current.getBoundingClientRect().bottom - before
    if (moved !== 0) scrollerOf(root.current)?.scrollBy({ top: moved, behavior: 'instant' })
  })

  // While the model is thinking, keep the newest line in sight, unless the reader has scrolled up.
  const atEnd = useRef(true)
  useLayoutEffect(() => {
    if (open && thinking && atEnd.current && box.current !== null)
      box.current.scrollTop = box.current.scrollHeight
  })

  function toggle(): void {
    bottom.current = root.current?.getBoundingClientRect().bottom
    setOpen(!open)
  }
  function scrolled(): void {
    const element = box.current
    if (element !== null) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 24
  }
  return (
    <div className="reasoning" ref={root} data-thinking={thinking || undefined}>
      <button
        type="button"
        className="reasoning-toggle"
        aria-expanded={open}
        aria-controls={id}
        onClick={toggle}
      >
        <span className="reasoning-mark" aria-hidden="true" />
        {thinking ? labels.thinking(seconds) : labels.thought(seconds)}
      </button>
      {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */}
      <div
        id={id}
        className="reasoning-text"
        hidden={!open}
        ref={box}
        onScroll={scrolled}
        tabIndex={0}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- none of those elements can be a scroll box
        role="group"
        aria-label={labels.thought(seconds)}
      >
        {open && <Markdown text={text} streaming={thinking} {...markdown(props.markdownLabels)} />}
      </div>
    </div>
  )
}

function markdown(labels: MarkdownLabels | undefined): { labels?: MarkdownLabels } {
  return labels === undefined ? {} : { labels }
}
