import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'
import type { RowSource } from './move-rows.ts'
import type { TableTotal } from './table-sum.ts'
import type { Row } from './snapshot.ts'
import { movedTables } from '../tables.ts'
import type { MovedTable } from '../tables.ts'

// A backup is gzip of JSON lines: a header, then the rows (several per line) and the total of each table, then the end
// marker. The format is the same for both databases. It contains all their secrets and must be protected like them.

const header = z.object({
  shoal: z.literal('backup'),
  format: z.literal(1),
  /** Version of Shoal that wrote the backup. */
  version: z.string(),
  schema: z.number(),
  /** The migrations that the database had. Empty: the backup was written before they were recorded. */
  steps: z
    .array(z.object({ number: z.number(), name: z.string(), checksum: z.string().nullable() }))
    .default([]),
  createdAt: z.string(),
  /** The secret that Shoal had generated in DATA_DIR. Null: the secret is in the rows, or the environment sets it. */
  secretKey: z.string().nullable(),
})
export type BackupHeader = z.infer<typeof header>

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const line = z.union([
  z.object({ table: z.enum(movedTables), rows: z.array(z.record(z.string(), value)) }),
  z.object({ table: z.enum(movedTables), total: z.object({ rows: z.number(), sum: z.string() }) }),
  z.object({ end: z.literal(true) }),
])
type Line = z.infer<typeof line>

/**
 * Writes a backup that only its owner can read. It is written to another file and renamed at the end, so that a file at
 * `path` is always complete. Rejects if there is already a file at `path`.
 */
export async function writeBackupFile(
  path: string,
  head: Omit<BackupHeader, 'shoal' | 'format'>,
  source: RowSource,
): Promise<{ table: string; rows: number }[]> {
  if (existsSync(path))
    throw new Error(`${path} already exists: choose another name, or remove the file first`)
  const draft = `${path}.part`
  const totals: { table: string; rows: number }[] = []
  async function* lines(): AsyncIterable<string> {
    yield json({ shoal: 'backup', format: 1, ...head })
    for (const table of movedTables) {
      for await (const rows of source.rows(table)) yield json({ table, rows })
      const total = source.total(table)
      totals.push({ table, rows: total.rows })
      yield json({ table, total })
    }
    yield json({ end: true })
  }
  try {
    const file = createWriteStream(draft, { mode: 0o600, flags: 'w', flush: true })
    await pipeline(lines, createGzip({ level: 6 }), file)
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  return totals
}

const json = (what: object): string => `${JSON.stringify(what)}\n`

export interface BackupReader extends RowSource {
  readonly header: BackupHeader
  /** Rejects unless the end marker comes next, which shows that the file is complete. */
  end(): Promise<void>
  close(): void
}

/**
 * Opens a backup that can be read once, from front to back. Rejects if the file is not a backup, incomplete or damaged.
 */
export async function readBackupFile(path: string): Promise<BackupReader> {
  const file = createReadStream(path)
  await once(file, 'open')
  const gunzip = createGunzip()
  let broken: unknown
  const flowing = pipeline(file, gunzip).catch((error: unknown) => {
    broken = error
  })
  const reading = createInterface({ input: gunzip, crlfDelay: Infinity })[Symbol.asyncIterator]()
  const damaged = (cause?: unknown): Error =>
    new Error(`${path} is damaged or incomplete`, { cause: cause ?? broken })

  async function next(): Promise<unknown> {
    try {
      const { value: text, done } = await reading.next()
      if (!done) return JSON.parse(text)
    } catch (error) {
      throw damaged(error)
    }
    await flowing
    throw damaged()
  }

  async function nextLine(): Promise<Line> {
    const parsed = line.safeParse(await next())
    if (parsed.success) return parsed.data
    throw damaged(parsed.error)
  }

  const head = header.safeParse(await next().catch(() => undefined))
  if (!head.success) {
    file.destroy()
    throw new Error(`${path} is not a backup of Shoal, or has a format that this version does not know`)
  }
  const totals = new Map<MovedTable, TableTotal>()
  async function* rows(table: MovedTable): AsyncIterable<Row[]> {
    for (;;) {
      const one = await nextLine()
      if (!('table' in one) || one.table !== table) throw damaged()
      if ('rows' in one) {
        yield one.rows
        continue
      }
      totals.set(table, one.total)
      return
    }
  }
  return {
    header: head.data,
    rows,
    total(table) {
      const total = totals.get(table)
      if (total) return total
      throw damaged()
    },
    async end() {
      if (!('end' in (await nextLine()))) throw damaged()
      await flowing
      if (broken !== undefined) throw damaged()
    },
    close: () => void file.destroy(),
  }
}
