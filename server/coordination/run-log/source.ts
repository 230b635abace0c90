import type { LogEntry, Starts } from './run-log.ts'

/** A complete text with its position, read from a log or from the store. */
export interface Source {
  fence: number
  seq: number
  starts: Starts
  text: string
}

/**
 * Returns the source to resume from: the one with the higher fence and, with equal fences, the longer one. The length
 * alone must not decide, because an owner that was replaced may have written more text.
 */
export function newerSource(a?: Source, b?: Source): Source | undefined {
  if (!a || !b) return a ?? b
  return b.fence > a.fence || (b.fence === a.fence && b.text.length > a.text.length) ? b : a
}

/**
 * Returns the length of the text that a reader may keep when it adopts `source` (rule 4): the minimum length at which a
 * later fence began, and at most the length of the reader's text. 0 if the reader's fence is no ancestor of the
 * source's.
 */
export function lengthToKeep(reader: { fence: number; length: number }, source: Source): number {
  if (reader.fence === source.fence) return Math.min(reader.length, source.text.length)
  const own = source.starts.findIndex(([fence]) => fence === reader.fence)
  if (own < 0) return 0
  return Math.min(reader.length, ...source.starts.slice(own + 1).map(([, length]) => length))
}

/** The change that brings a reader to the text of a source: cut its text to `keep`, then append `text`. */
export interface CatchUp {
  /**
   * `words`: the source has the reader's fence, so nothing is cut. `rewind`: the source has a higher fence and descends
   * from the reader's fence. `reset`: the source does not descend from it, and `keep` is 0.
   */
  kind: 'words' | 'rewind' | 'reset'
  keep: number
  text: string
}

/**
 * Undefined if the source has nothing new for the reader: its fence is lower, or it has the same fence and no more
 * text.
 */
export function catchUp(reader: { fence: number; length: number }, source: Source): CatchUp | undefined {
  if (source.fence < reader.fence) return undefined
  if (source.fence === reader.fence) {
    const text = source.text.slice(reader.length)
    return text === '' ? undefined : { kind: 'words', keep: reader.length, text }
  }
  const kept = lengthToKeep(reader, source)
  const known = source.starts.some(([fence]) => fence === reader.fence)
  return { kind: known ? 'rewind' : 'reset', keep: kept, text: source.text.slice(kept) }
}

/** Joins the entries of a whole log to its text. Undefined if the log is lost, damaged or of an unknown version. */
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
