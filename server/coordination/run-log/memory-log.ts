import type { EntryId, LogAnswer, LogEntry, LogNote, Snapshot, Words } from './run-log.ts'

/** Sends a note to the followers, and returns their number. */
type Notify = (note: LogNote) => number

/** The log of one run in memory. It gives the same answers as open.lua and append.lua. */
export class MemoryLog {
  #entries: LogEntry[]

  constructor(entries: readonly LogEntry[] = []) {
    this.#entries = [...entries]
  }

  /** A copy of the entries. */
  get entries(): LogEntry[] {
    return [...this.#entries]
  }

  after({ fence, seq }: EntryId): LogEntry[] {
    const follows = (entry: LogEntry) => entry.fence > fence || (entry.fence === fence && entry.seq > seq)
    // Ids only grow, so the result is a tail. The search starts at the end, because readers are usually near it.
    let first = this.#entries.length
    for (let entry = this.#entries[first - 1]; entry && follows(entry); entry = this.#entries[first - 1])
      first--
    return this.#entries.slice(first)
  }

  /** Replaces the content with the snapshot; without a snapshot, seizes the log. */
  open(at: EntryId, snapshot: Snapshot | undefined, notify: Notify): LogAnswer {
    const held = this.#entries.at(-1)
    if (held && held.fence > at.fence) return { kind: 'fenced', fence: held.fence }
    if (held && held.fence === at.fence && held.seq >= at.seq) return { kind: 'repeat' }
    if (snapshot) this.#entries = [{ ...at, kind: 'snapshot', snapshot }]
    else this.#entries.push({ ...at, kind: 'seized' })
    return { kind: 'ok', followers: notify({ ...at, kind: snapshot ? 'snapshot' : 'seized' }) }
  }

  append(at: EntryId, words: Words, notify: Notify): LogAnswer {
    const held = this.#entries.at(-1)
    if (!held) return { kind: 'lost' }
    if (held.fence > at.fence) return { kind: 'fenced', fence: held.fence }
    if (held.fence < at.fence) return { kind: 'behind', fence: held.fence }
    if (at.seq <= held.seq) return { kind: 'repeat' }
    if (at.seq > held.seq + 1) return { kind: 'gap', last: held.seq }
    this.#entries.push({ ...at, kind: 'words', words })
    return { kind: 'ok', followers: notify({ ...at, kind: 'words', words }) }
  }
}
