import { createContext } from 'react'
import type { CalloutKind } from './parse/note-syntax.ts'

/** All texts that the renderer itself shows, so that the application can translate them. */
export interface MarkdownLabels {
  copy: string
  copied: string
  copyFailed: string
  /** The accessible name of a code block; `language` is '' if the block names none. */
  code: (language: string) => string
  table: string
  /** The button that saves a table as a file for spreadsheets. */
  saveCsv: string
  /** The button below a long table. */
  showRows: (hidden: number, total: number) => string
  formula: string
  taskDone: string
  taskOpen: string
  /** Shown, before its description, in place of an image that is not one of our files. */
  image: string
  /** The title of a callout. */
  callouts: Readonly<Record<CalloutKind, string>>
  /** The button of a reference to a footnote. */
  footnote: (label: string) => string
  /** The button that leads from a footnote to its first reference. */
  backToText: string
  /** The title of a part that is folded by the model, if the model wrote none. */
  details: string
  wrapLines: string
  saveCode: string
  fullScreen: string
  close: string
}

export const englishMarkdownLabels: MarkdownLabels = {
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Press Ctrl+C',
  code: (language) => (language === '' ? 'Code' : `Code, ${language}`),
  table: 'Table',
  saveCsv: 'Save as CSV',
  showRows: (hidden, total) => `Show ${hidden} more of ${total} rows`,
  formula: 'Formula',
  taskDone: 'Done',
  taskOpen: 'Not done',
  image: 'Image',
  callouts: { note: 'Note', tip: 'Tip', important: 'Important', warning: 'Warning', caution: 'Caution' },
  footnote: (label) => `Footnote ${label}`,
  backToText: 'Back to the text',
  details: 'Details',
  wrapLines: 'Wrap lines',
  saveCode: 'Download',
  fullScreen: 'Full screen',
  close: 'Close',
}

export const MarkdownLabelsContext = createContext<MarkdownLabels>(englishMarkdownLabels)
