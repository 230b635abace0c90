// How entries and notes look in Redis. A value is a letter for its kind, a signature, and a body: `s` a snapshot (JSON
// that names its version), `w` words (`<at> <text>`), `z` seized (no body). A new form must take another letter. A note is
// the entry's id and value; for a snapshot its value is `n`, a signature, and no body. A signature covers the run and the
// id too, so that nothing can be moved to another place.
import { z } from 'zod'
import { signatureLength } from '../signer.ts'
import type { Signer } from '../signer.ts'
import type { EntryId, LogAnswer, LogEntry, LogNote, Snapshot, Words } from './run-log.ts'

/** The version this code writes, and the only one it reads. */
export const snapshotVersion = 1

const whole = z.number().int().nonnegative()
const snapshotSchema = z.object({
  v: z.literal(snapshotVersion),
  starts: z.array(z.tuple([whole, whole])).min(1),
  text: z.string(),
})

type Letter = 's' | 'w' | 'z' | 'n'

export interface LogFormat {
  snapshot(runId: string, at: EntryId, snapshot: Snapshot): string
  /** The note of a snapshot: followers read the log. */
  snapshotNote(runId: string, at: EntryId): string
  words(runId: string, at: EntryId, words: Words): string
  /** Entry and note. */
  seized(runId: string, at: EntryId): string
  /** What this version cannot read becomes `unknown`. Undefined without an id, or where this installation did not sign it. */
  decodeEntry(runId: string, id: string, value: string): LogEntry | undefined
  /** Undefined without an id, or where this installation did not sign it. */
  decodeNote(runId: string, payload: string): LogNote | undefined
}

export function createLogFormat(signer: Signer): LogFormat {
  const covered = (runId: string, { fence, seq }: EntryId, letter: string, body: string): string =>
    `${runId} ${fence}-${seq} ${letter}${body}`
  const encode = (runId: string, at: EntryId, letter: Letter, body: string): string =>
    `${letter}${signer.sign('log', covered(runId, at, letter, body))}${body}`

  /** The letter and the body of a signed value. */
  function open(runId: string, at: EntryId, value: string): { letter: string; body: string } | undefined {
    const letter = value.slice(0, 1)
    const body = value.slice(1 + signatureLength)
    const signature = value.slice(1, 1 + signatureLength)
    return signer.verify('log', covered(runId, at, letter, body), signature) ? { letter, body } : undefined
  }

  return {
    snapshot: (runId, at, { starts, text }) =>
      encode(runId, at, 's', JSON.stringify({ v: snapshotVersion, starts, text })),
    snapshotNote: (runId, at) => encode(runId, at, 'n', ''),
    words: (runId, at, words) => encode(runId, at, 'w', `${words.at} ${words.text}`),
    seized: (runId, at) => encode(runId, at, 'z', ''),
    decodeEntry(runId, id, value) {
      const at = decodeId(id)
      const opened = at && open(runId, at, value)
      if (!at || !opened) return undefined
      const snapshot = opened.letter === 's' ? decodeSnapshot(opened.body) : undefined
      if (snapshot) return { ...at, kind: 'snapshot', snapshot }
      return decodeRest(at, opened.letter, opened.body)
    },
    decodeNote(runId, payload) {
      const id = /^\d{1,16}-\d{1,16}/.exec(payload)?.[0]
      const at = id === undefined ? undefined : decodeId(id)
      const opened = at && open(runId, at, payload.slice(id?.length))
      if (!at || !opened) return undefined
      return opened.letter === 'n' ? { ...at, kind: 'snapshot' } : decodeRest(at, opened.letter, opened.body)
    },
  }
}

/** The id just after which an XRANGE begins. */
export function encodeAfter({ fence, seq }: EntryId): string {
  return `(${fence}-${seq}`
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
type Shared = EntryId & ({ kind: 'words'; words: Words } | { kind: 'seized' | 'unknown' })

function decodeRest(at: EntryId, letter: string, body: string): Shared {
  if (letter === 'z' && body === '') return { ...at, kind: 'seized' }
  const space = body.indexOf(' ')
  const begins = space < 0 ? '' : body.slice(0, space)
  if (letter === 'w' && /^\d{1,16}$/.test(begins)) {
    return { ...at, kind: 'words', words: { at: Number(begins), text: body.slice(space + 1) } }
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
