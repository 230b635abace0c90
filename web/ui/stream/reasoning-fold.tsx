import { useId, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Markdown } from '../markdown/markdown.tsx'
import type { MarkdownLabels } from '../markdown/markdown-labels.ts'
import { useElapsed } from './use-elapsed.ts'

export interface ReasoningLabels {
  /** While it thinks; `seconds` is undefined for the first moment. */
  thinking: (seconds: number | undefined) => string
  /** When it has thought; `seconds` is undefined where nobody measured it. */
  thought: (seconds: number | undefined) => string
}

export interface ReasoningFoldProps {
  text: string
  thinking: boolean
  /** How long it took, once known, in ms. */
  elapsedMs?: number | undefined
  /** When it began, in ms of `Date.now`. */
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

/** The seconds that passed while it thought, kept when it stops. */
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
 * What the model thought, folded away under one line with its time. It grows in a box of bounded height, and opening it
 * leaves the answer below where it is: the page is scrolled by what the box takes.
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

  // While it thinks, the newest line stays in sight, unless the reader has scrolled up.
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
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- none of those elements is a box that scrolls
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
