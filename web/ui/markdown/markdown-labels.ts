import { createContext } from 'react'

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
}

export const MarkdownLabelsContext = createContext<MarkdownLabels>(englishMarkdownLabels)
