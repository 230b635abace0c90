import { Buffer } from 'node:buffer'

/** The key of the last row of a page, as an opaque word: lists are ordered by (time, id). */
function writeCursor(at: number, id: string): string {
  return Buffer.from(`${at}.${id}`).toString('base64url')
}

/** A cursor that we did not make starts the list anew: it comes from a client, and names no row either way. */
export function readCursor(cursor: string | undefined): { at: number; id: string } | undefined {
  if (cursor === undefined) return undefined
  const match = /^(\d{1,16})\.(.+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  return match ? { at: Number(match[1]), id: match[2] ?? '' } : undefined
}

/** Cuts one row more than asked for down to a page. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  { key, map }: { key: (row: Row) => [at: number, id: string]; map: (row: Row) => Item },
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(map),
    next: rows.length > limit && last !== undefined ? writeCursor(...key(last)) : null,
  }
}
