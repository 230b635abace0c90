import { use } from 'react'
import type { ReactNode } from 'react'
import { saveFile } from '../save-file.ts'
import { CopyButton } from './copy-button.tsx'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import { toCsv, toHtml, toTabs } from './parse/table-formats.ts'
import type { TableText } from './parse/table-formats.ts'

/** What can be done with a table, in the room below it: seen on hover and focus, always where a finger points. */
export function TableActions({ read }: { read: () => TableText }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  return (
    <div className="md-table-actions">
      <CopyButton text={() => toTabs(read())} html={() => toHtml(read())} />
      <button
        type="button"
        className="md-copy"
        onClick={() => saveFile(`${labels.table.toLowerCase()}.csv`, 'text/csv', toCsv(read()))}
      >
        {labels.saveCsv}
      </button>
    </div>
  )
}
