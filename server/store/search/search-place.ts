import { Buffer } from 'node:buffer'
import { cleanText } from '../../base/index.ts'

/** How far a search has come: first through the tail, newest message first, then through the blocks, newest first. */
export type SearchPlace =
  | { in: 'tail'; before: string | undefined }
  /** Continues with the sections below `section` of the block with this number, then with earlier blocks. */
  | { in: 'blocks'; seq: number; section: number }

const beginning: SearchPlace = { in: 'tail', before: undefined }
export const firstBlock: SearchPlace = { in: 'blocks', seq: Number.MAX_SAFE_INTEGER, section: 0 }

export function writePlace(place: SearchPlace): string {
  const text = place.in === 'tail' ? `t.${place.before ?? ''}` : `b.${place.seq}.${place.section}`
  return Buffer.from(text).toString('base64url')
}

/** The beginning, for a cursor that `writePlace` did not make: clients send it. */
export function readPlace(cursor: string | undefined): SearchPlace {
  if (cursor === undefined) return beginning
  const text = Buffer.from(cursor, 'base64url').toString()
  const block = /^b\.(\d{1,16})\.(\d{1,5})$/.exec(text)
  if (block) return { in: 'blocks', seq: Number(block[1]), section: Number(block[2]) }
  const tail = /^t\.(.+)$/s.exec(text)
  return tail ? { in: 'tail', before: cleanText(tail[1] ?? '') } : beginning
}
