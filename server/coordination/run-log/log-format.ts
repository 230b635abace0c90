// The format of entries and notes in Redis. The value of an entry is a letter for its kind, a signature and a body. `s`
// is a snapshot (JSON with a version), `w` is text (`<at> <text>`), `z` is a seizure (no body). A new format must use
// another letter. A note is the id and the value of the entry; for a snapshot, the value in the note is `n` and a
// signature. The signature also covers the run and the id, so that a value cannot be copied to another run or position.
import { z } from 'zod'
import { signatureLength } from '../signer.ts'
import type { Signer } from '../signer.ts'
import type { EntryId, LogAnswer, LogEntry, LogNote, Snapshot, Words } from './run-log.ts'

/** The version that this code writes, and the only version that it reads. */
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
  /** The note of a snapshot contains no text: its receivers read the log. */
  snapshotNote(runId: string, at: EntryId): string
  words(runId: string, at: EntryId, words: Words): string
  /** The value of both the entry and the note. */
  seized(runId: string, at: EntryId): string
  /**
   * A value that this version cannot read becomes `unknown`. Undefined without a valid id or a signature of this
   * installation.
   */
  decodeEntry(runId: string, id: string, value: string): LogEntry | undefined
  /** Undefined without a valid id or a signature of this installation. */
  decodeNote(runId: string, payload: string): LogNote | undefined
}

export function createLogFormat(signer: Signer): LogFormat {
  const covered = (runId: string, { fence, seq }: EntryId, letter: string, body: string): string =>
    `${runId} ${fence}-${seq} ${letter}${body}`
  const encode = (runId: string, at: EntryId, letter: Letter, body: string): string =>
    `${letter}${signer.sign('log', covered(runId, at, letter, body))}${body}`

  /** The letter and the body of a value; undefined if this installation did not sign it. */
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
      return decodeShared(at, opened.letter, opened.body)
    },
    decodeNote(runId, payload) {
      const id = /^\d{1,16}-\d{1,16}/.exec(payload)?.[0]
      const at = id === undefined ? undefined : decodeId(id)
      const opened = at && open(runId, at, payload.slice(id?.length))
      if (!at || !opened) return undefined
      return opened.letter === 'n'
        ? { ...at, kind: 'snapshot' }
        : decodeShared(at, opened.letter, opened.body)
    },
  }
}

/** The start of an XRANGE that excludes this id. */
export function encodeExclusiveStart({ fence, seq }: EntryId): string {
  return `(${fence}-${seq}`
}

const answers: Record<string, (number: number) => LogAnswer> = {
  OK: (followers) => ({ kind: 'ok', followers }),
  REPEAT: () => ({ kind: 'repeat' }),
  LOST: () => ({ kind: 'lost' }),
  GAP: (last) => ({ kind: 'gap', last }),
  BEHIND: (fence) => ({ kind: 'behind', fence }),
  FENCED: (fence) => ({ kind: 'fenced', fence }),
}

/** Decodes the reply of a script; undefined for an unexpected reply. */
export function decodeAnswer(answer: unknown): LogAnswer | undefined {
  if (typeof answer !== 'string') return undefined
  const [word = '', rest] = answer.split(' ')
  return answers[word]?.(Number(rest))
}

function decodeId(id: string): EntryId | undefined {
  const [, fence, seq] = /^(\d+)-(\d+)$/.exec(id) ?? []
  return fence === undefined ? undefined : { fence: Number(fence), seq: Number(seq) }
}

/** The kinds that have the same format in an entry and in a note. */
type Shared = EntryId & ({ kind: 'words'; words: Words } | { kind: 'seized' | 'unknown' })

function decodeShared(at: EntryId, letter: string, body: string): Shared {
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
    return undefined // A reader cannot use a damaged snapshot, as it cannot use one of another version.
  }
  const parsed = snapshotSchema.safeParse(value)
  return parsed.success ? { starts: parsed.data.starts, text: parsed.data.text } : undefined
}
