import { Buffer } from 'node:buffer'

/** Encodes the key of a page's last row as an opaque string: lists are ordered by (time, id). */
function writeCursor(at: number, id: string): string {
  return Buffer.from(`${at}.${id}`).toString('base64url')
}

/**
 * Undefined, which starts the list from its beginning, for a cursor that `writeCursor` did not make: clients send it.
 */
export function readCursor(cursor: string | undefined): { at: number; id: string } | undefined {
  if (cursor === undefined) return undefined
  const match = /^(\d{1,16})\.(.+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  return match ? { at: Number(match[1]), id: match[2] ?? '' } : undefined
}

/** Makes a page of `limit` rows. The caller queries one row more, which shows that there is a next page. */
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
