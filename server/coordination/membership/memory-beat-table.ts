import type { Clock } from '../../base/index.ts'
import type { BeatTable, ListedMember } from './beat-table.ts'
import { lease } from './membership.ts'

/** The table of members.lua, in memory: shared by several instances in one process. */
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

  mend(incarnation: string): void {
    this.#away.delete(incarnation)
  }

  /** Loses everything, as FLUSHALL does. */
  flush(): void {
    this.#beats.clear()
    this.#facts.clear()
  }

  /** Comes back empty and as another, as a restart without a disk does. */
  restart(): void {
    this.flush()
    this.#tableId++
  }

  /** What a beat finds on its way. */
  async #arrive(incarnation: string): Promise<void> {
    await Promise.resolve()
    if (this.#away.has(incarnation)) throw new Error('the hub is away')
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
