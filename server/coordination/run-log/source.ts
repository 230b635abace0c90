import type { LogEntry, Starts } from './run-log.ts'

/** A text and where it comes from: a log, or the stored parts. */
export interface Source {
  fence: number
  seq: number
  starts: Starts
  text: string
}

/** The source to go on from: the fence decides, then the length. Never "the longer": a zombie's log may be that. */
export function newer(a?: Source, b?: Source): Source | undefined {
  if (!a || !b) return a ?? b
  return b.fence > a.fence || (b.fence === a.fence && b.text.length > a.text.length) ? b : a
}

/**
 * How much of its text a reader may keep when it goes over to `source` (rule 4): the least length at which a later
 * fence began. 0 where the reader's fence is no ancestor. Never more than the reader has.
 */
export function keep(reader: { fence: number; length: number }, source: Source): number {
  if (reader.fence === source.fence) return Math.min(reader.length, source.text.length)
  const own = source.starts.findIndex(([fence]) => fence === reader.fence)
  if (own < 0) return 0
  return Math.min(reader.length, ...source.starts.slice(own + 1).map(([, length]) => length))
}

/** What a reader does to be where the source is: cut its text to `keep`, then add `text`. */
export interface CatchUp {
  /** `words`: nothing is cut, the fence is the same. `reset`: the reader's fence is no ancestor, `keep` is 0. */
  kind: 'words' | 'rewind' | 'reset'
  keep: number
  text: string
}

/** Undefined where the source has nothing for this reader: a lower fence, or no more of the same one. */
export function catchUp(reader: { fence: number; length: number }, source: Source): CatchUp | undefined {
  if (source.fence < reader.fence) return undefined
  if (source.fence === reader.fence) {
    const text = source.text.slice(reader.length)
    return text === '' ? undefined : { kind: 'words', keep: reader.length, text }
  }
  const kept = keep(reader, source)
  const known = source.starts.some(([fence]) => fence === reader.fence)
  return { kind: known ? 'rewind' : 'reset', keep: kept, text: source.text.slice(kept) }
}

/** The text in a whole log: its snapshot and the words that join. Undefined for one that is lost, damaged or unknown. */
export function sourceOf(entries: readonly LogEntry[]): Source | undefined {
  const [first, ...rest] = entries
  if (first?.kind !== 'snapshot') return undefined
  const pieces = [first.snapshot.text]
  let length = first.snapshot.text.length
  let seq = first.seq
  for (const entry of rest) {
    if (entry.kind === 'seized') continue
    if (entry.kind !== 'words' || entry.fence !== first.fence || entry.words.at > length) return undefined
    const added = entry.words.text.slice(length - entry.words.at)
    pieces.push(added)
    length += added.length
    seq = entry.seq
  }
  return { fence: first.fence, seq, starts: first.snapshot.starts, text: pieces.join('') }
}
