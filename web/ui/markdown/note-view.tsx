import { use } from 'react'
import type { MouseEvent, ReactNode } from 'react'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import type { NoteReference } from './parse/note-syntax.ts'

/** Moves the focus to another element of the same message; labels are compared like those of link definitions. */
function goTo(event: MouseEvent<HTMLElement>, attribute: 'note' | 'noteReference', label: string): void {
  const selector = attribute === 'note' ? '[data-note]' : '[data-note-reference]'
  const all = event.currentTarget.closest('.md')?.querySelectorAll<HTMLElement>(selector) ?? []
  const target = [...all].find((entry) => entry.dataset[attribute]?.toLowerCase() === label.toLowerCase())
  target?.focus({ preventScroll: true })
  target?.scrollIntoView({ block: 'nearest' })
}

/** A reference to a footnote: a button if the message contains the footnote. */
export function NoteReferenceView({ label, defined }: NoteReference): ReactNode {
  const labels = use(MarkdownLabelsContext)
  if (!defined) return <sup className="md-note-reference">{label}</sup>
  return (
    <sup className="md-note-reference">
      <button
        type="button"
        data-note-reference={label}
        aria-label={labels.footnote(label)}
        onClick={(event) => goTo(event, 'note', label)}
      >
        {label}
      </button>
    </sup>
  )
}

/** A footnote, where the model wrote it: at the end of nearly every answer. */
export function NoteView({ label, children }: { label: string; children: ReactNode }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- no element means a footnote
    <div className="md-note" role="note" aria-label={labels.footnote(label)} data-note={label} tabIndex={-1}>
      <span className="md-note-label" aria-hidden="true">
        {label}
      </span>
      <div>{children}</div>
      <button
        type="button"
        className="md-note-back"
        aria-label={labels.backToText}
        title={labels.backToText}
        onClick={(event) => goTo(event, 'noteReference', label)}
      >
        ↩
      </button>
    </div>
  )
}
