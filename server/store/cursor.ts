import { Buffer } from 'node:buffer'
import { cleanText } from '../base/index.ts'

/** Encodes the key of a page's last row as an opaque string: lists are ordered by (time, id) or by (text, id). */
function writeCursor(at: number | string, id: string): string {
  const key = typeof at === 'number' ? `${at}.${id}` : JSON.stringify([at, id])
  return Buffer.from(key).toString('base64url')
}

/**
 * Undefined, which starts the list from its beginning, for a cursor that `writeCursor` did not make: clients send it.
 */
export function readCursor(cursor: string | undefined): { at: number; id: string } | undefined {
  if (cursor === undefined) return undefined
  const match = /^(\d{1,16})\.(.+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  return match ? { at: Number(match[1]), id: match[2] ?? '' } : undefined
}

/** Like `readCursor`, for a list that is ordered by (text, id). */
export function readTextCursor(cursor: string | undefined): { at: string; id: string } | undefined {
  if (cursor === undefined) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const [at, id] = Array.isArray(key) ? (key as unknown[]) : []
    return typeof at === 'string' && typeof id === 'string'
      ? { at: cleanText(at), id: cleanText(id) }
      : undefined
  } catch {
    // Not one of our cursors.
    return undefined
  }
}

/** Makes a page of `limit` rows. The caller queries one row more, which shows that there is a next page. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  { key, map }: { key: (row: Row) => [at: number | string, id: string]; map: (row: Row) => Item },
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(map),
    next: rows.length > limit && last !== undefined ? writeCursor(...key(last)) : null,
  }
}
