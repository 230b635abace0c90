import { memo, use, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { Tokens } from 'marked'
import { renderInline } from './inline-view.tsx'
import { MarkdownLabelsContext } from './markdown-labels.ts'
import { StreamDot } from './stream-dot.tsx'
import { TableScreen } from './table-screen.tsx'
import { ToolButton } from './tool-button.tsx'
import { tableText, toCsv, toHtml, toTabs } from './parse/table-formats.ts'
import { useOverflow } from './use-overflow.ts'
import { usePrinting } from '../use-printing.ts'
import { saveFile } from '../save-file.ts'
import { CopyButton } from './copy-button.tsx'
import type { TableText } from './parse/table-formats.ts'

type Cell = Tokens.TableCell
type Row = readonly Cell[]

// A browser lays out a table as a whole, so further rows are shown only on request, a few chunks per frame.
const rowsAtOnce = 400
const chunksPerFrame = 5

// A column with words keeps a width in which they can be read. The longest cell of a column decides.
const someWords = 24
const manyWords = 80

function cellClass({ align, text }: Cell): string | undefined {
  const place = align === null || align === 'left' ? '' : `md-${align}`
  const width = text.length > manyWords ? 'md-broad' : text.length > someWords ? 'md-readable' : ''
  return `${place} ${width}`.trim() || undefined
}

function RowsInner({ rows, dot }: { rows: readonly Row[]; dot: boolean }): ReactNode {
  return (
    <tbody>
      {rows.map((row, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- rows are only appended
        <tr key={index}>
          {row.map((cell, column) => (
            // oxlint-disable-next-line react/no-array-index-key -- the column identifies the cell
            <td key={column} className={cellClass(cell)}>
              {renderInline(cell.tokens)}
              {dot && index === rows.length - 1 && column === row.length - 1 && <StreamDot />}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}

const RowsView = memo(RowsInner)

interface TableProps {
  head: readonly Cell[]
  chunks: ReadonlyArray<readonly Row[]>
  dot: boolean
}

/** Returns how many chunks are shown: those within the limit, and after `showAll` gradually all others. */
function useShownChunks(chunks: TableProps['chunks']): { shown: number; showAll: (() => void) | undefined } {
  const [all, setAll] = useState(false)
  const [shown, setShown] = useState(() => countInitialChunks(chunks))
  useEffect(() => {
    if (!all || shown >= chunks.length) return undefined
    const frame = requestAnimationFrame(() => setShown(shown + chunksPerFrame))
    return () => cancelAnimationFrame(frame)
  }, [all, shown, chunks.length])
  const printing = usePrinting()
  if (printing) return { shown: chunks.length, showAll: undefined }
  const count = all ? Math.min(shown, chunks.length) : countInitialChunks(chunks)
  return { shown: count, showAll: all || count >= chunks.length ? undefined : () => setAll(true) }
}

function countInitialChunks(chunks: TableProps['chunks']): number {
  let rows = 0
  let count = 0
  for (const chunk of chunks) {
    rows += chunk.length
    if (rows > rowsAtOnce) break
    count++
  }
  return Math.max(1, count)
}

interface ColumnsProps extends TableProps {
  /** The name of the box, which is a tab stop if it can be scrolled. */
  label: string
}

/** The table itself, in a box that scrolls. While it scrolls sideways, its first column stays in sight. */
function ScrolledTable({ head, chunks, dot, label }: ColumnsProps): ReactNode {
  const ref = useRef<HTMLElement>(null)
  const overflows = useOverflow(ref)
  const empty = chunks.every((chunk) => chunk.length === 0)
  return (
    /* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */
    <figure
      className="md-table-scroll"
      ref={ref}
      aria-label={label}
      data-scrolls={overflows || undefined}
      tabIndex={overflows ? 0 : undefined}
    >
      <table dir="auto">
        <thead>
          <tr>
            {head.map((cell, column) => (
              // oxlint-disable-next-line react/no-array-index-key -- the column identifies the cell
              <th key={column} scope="col" className={cellClass(cell)}>
                {renderInline(cell.tokens)}
                {dot && empty && column === head.length - 1 && <StreamDot />}
              </th>
            ))}
          </tr>
        </thead>
        {chunks.map((chunk, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- chunks are only appended
          <RowsView key={index} rows={chunk} dot={dot && index === chunks.length - 1} />
        ))}
      </table>
    </figure>
  )
}

function TableInner({ head, chunks, dot }: TableProps): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const { shown, showAll } = useShownChunks(chunks)
  const [large, setLarge] = useState(false)
  const visible = chunks.slice(0, shown)
  const rows = countRows(chunks)
  return (
    <div className="md-table">
      <ScrolledTable
        head={head}
        chunks={visible}
        dot={dot && visible.length === chunks.length}
        label={labels.table}
      />
      {showAll !== undefined && (
        <button type="button" className="md-more" onClick={showAll}>
          {labels.showRows(rows - countRows(visible), rows)}
        </button>
      )}
      <TableActions read={() => tableText(head, chunks.flat())} onEnlarge={() => setLarge(true)} />
      {large && (
        <TableScreen onClose={() => setLarge(false)}>
          <ScrolledTable head={head} chunks={visible} dot={false} label={labels.table} />
        </TableScreen>
      )}
    </div>
  )
}

function countRows(chunks: TableProps['chunks']): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}

export const TableView = memo(TableInner)

/** The actions of a table, in the space below it: visible on hover and focus, and always on touch screens. */
function TableActions({ read, onEnlarge }: { read: () => TableText; onEnlarge: () => void }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  return (
    <div className="md-table-actions">
      <ToolButton icon="expand" label={labels.fullScreen} onClick={onEnlarge} />
      <CopyButton text={() => toTabs(read())} html={() => toHtml(read())} />
      <button
        type="button"
        className="md-copy"
        onClick={() =>
          saveFile(`${labels.table.toLowerCase()}.csv`, new Blob([toCsv(read())], { type: 'text/csv' }))
        }
      >
        {labels.saveCsv}
      </button>
    </div>
  )
}
