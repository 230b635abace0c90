// How entries and notes look in Redis. A value's first character is its kind: `=` a snapshot (JSON that names its
// version), `+` words (`<at> <text>`), `!` seized. A new form of words must take another character. A note is the
// entry's id and value, of a snapshot only the `=`: `<fence>-<seq>+<at> <text>`.
import { z } from 'zod'
import type { EntryId, LogAnswer, LogEntry, LogNote, Snapshot, Words } from './run-log.ts'

/** The version this code writes, and the only one it reads. */
export const snapshotVersion = 1

const whole = z.number().int().nonnegative()
const snapshotSchema = z.object({
  v: z.literal(snapshotVersion),
  starts: z.array(z.tuple([whole, whole])).min(1),
  text: z.string(),
})

export function encodeSnapshot({ starts, text }: Snapshot): string {
  return JSON.stringify({ v: snapshotVersion, starts, text })
}

export function encodeWords({ at, text }: Words): string {
  return `${at} ${text}`
}

/** The id just after which an XRANGE begins. */
export function encodeAfter({ fence, seq }: EntryId): string {
  return `(${fence}-${seq}`
}

/** An entry of the stream; what this version cannot read becomes `unknown`. Undefined where even the id is none. */
export function decodeEntry(id: string, value: string): LogEntry | undefined {
  const at = decodeId(id)
  if (!at) return undefined
  if (value.startsWith('=')) {
    const snapshot = decodeSnapshot(value.slice(1))
    return snapshot ? { ...at, kind: 'snapshot', snapshot } : { ...at, kind: 'unknown' }
  }
  return decodeRest(at, value)
}

export function decodeNote(payload: string): LogNote | undefined {
  const match = /^\d+-\d+/.exec(payload)
  const at = match && decodeId(match[0])
  if (!at) return undefined
  const value = payload.slice(match[0].length)
  return value === '=' ? { ...at, kind: 'snapshot' } : decodeRest(at, value)
}

const answers: Record<string, (number: number) => LogAnswer> = {
  OK: (heard) => ({ kind: 'ok', heard }),
  REPEAT: () => ({ kind: 'repeat' }),
  LOST: () => ({ kind: 'lost' }),
  GAP: (last) => ({ kind: 'gap', last }),
  BEHIND: (fence) => ({ kind: 'behind', fence }),
  FENCED: (fence) => ({ kind: 'fenced', fence }),
}

/** What the scripts answer. Undefined for anything else. */
export function decodeAnswer(answer: unknown): LogAnswer | undefined {
  if (typeof answer !== 'string') return undefined
  const [word = '', rest] = answer.split(' ')
  return answers[word]?.(Number(rest))
}

function decodeId(id: string): EntryId | undefined {
  const [, fence, seq] = /^(\d+)-(\d+)$/.exec(id) ?? []
  return fence === undefined ? undefined : { fence: Number(fence), seq: Number(seq) }
}

/** What looks the same in the stream and in a note. */
type Told = EntryId & ({ kind: 'words'; words: Words } | { kind: 'seized' | 'unknown' })

function decodeRest(at: EntryId, value: string): Told {
  if (value === '!') return { ...at, kind: 'seized' }
  const space = value.indexOf(' ')
  const begins = space < 0 ? '' : value.slice(1, space)
  if (value.startsWith('+') && /^\d+$/.test(begins)) {
    return { ...at, kind: 'words', words: { at: Number(begins), text: value.slice(space + 1) } }
  }
  return { ...at, kind: 'unknown' }
}

function decodeSnapshot(json: string): Snapshot | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined // Damaged is the same to a reader as written by another version: no source.
  }
  const parsed = snapshotSchema.safeParse(value)
  return parsed.success ? { starts: parsed.data.starts, text: parsed.data.text } : undefined
}
