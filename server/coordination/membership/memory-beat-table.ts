import type { Clock } from '../../base/index.ts'
import type { BeatTable, ListedMember } from './beat-table.ts'
import { lease } from './membership.ts'

/** Does in memory what members.lua does in Redis. Several instances in one process share it. */
export class MemoryBeatHub {
  readonly #clock: Clock
  readonly #beats = new Map<string, number>()
  readonly #facts = new Map<string, string>()
  readonly #away = new Set<string>()
  #tableId = 1

  constructor(clock: Clock) {
    this.#clock = clock
  }

  table(): BeatTable {
    return {
      beat: async (incarnation, facts) => {
        await this.#arrive(incarnation)
        const now = this.#clock.monotonic()
        const last = this.#beats.get(incarnation)
        const known = this.#facts.has(incarnation)
        const gap = last === undefined || !known || now - last >= lease
        this.#prune(now, incarnation)
        if (facts === undefined && !known) return { kind: 'facts-needed' }
        this.#beats.set(incarnation, now)
        if (facts !== undefined) this.#facts.set(incarnation, facts)
        return { kind: 'ok', now, tableId: String(this.#tableId), gap, listed: this.#list() }
      },
      leave: async (incarnation) => {
        await this.#arrive(incarnation)
        this.#beats.delete(incarnation)
        this.#facts.delete(incarnation)
      },
    }
  }

  cut(incarnation: string): void {
    this.#away.add(incarnation)
  }

  restore(incarnation: string): void {
    this.#away.delete(incarnation)
  }

  /** Deletes everything, as FLUSHALL does. */
  flush(): void {
    this.#beats.clear()
    this.#facts.clear()
  }

  /** Becomes empty and gets another table id, as a Redis without persistence does when it restarts. */
  restart(): void {
    this.flush()
    this.#tableId++
  }

  /** Makes each call asynchronous, and rejects it while the incarnation is cut off. */
  async #arrive(incarnation: string): Promise<void> {
    await Promise.resolve()
    if (this.#away.has(incarnation)) throw new Error('the table in memory is unreachable')
  }

  #prune(now: number, own: string): void {
    for (const [incarnation, at] of this.#beats) {
      if (now - at < lease) continue
      this.#beats.delete(incarnation)
      if (incarnation !== own) this.#facts.delete(incarnation)
    }
  }

  #list(): ListedMember[] {
    return [...this.#beats].map(([incarnation, beatAt]) => ({
      incarnation,
      beatAt,
      facts: this.#facts.get(incarnation),
    }))
  }
}
