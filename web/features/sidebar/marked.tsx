import type { ReactNode } from 'react'
import { markWords } from './mark-words.ts'

/** A text with the searched words highlighted. */
export function Marked({ text, words }: { text: string; words: readonly string[] }): ReactNode {
  return markWords(text, words).map(({ text: part, marked }, index) =>
    marked ? (
      // oxlint-disable-next-line react/no-array-index-key -- parts of a text that does not change
      <mark key={index} className="rounded-small bg-accent-soft text-text">
        {part}
      </mark>
    ) : (
      part
    ),
  )
}
