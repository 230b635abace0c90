/** A source of items, and how many of its items may exist at once. */
export interface CrowdSource {
  name: string
  max: number
}

export interface CrowdLimitOptions<T> {
  /** Closes an item, to free its slot for a newer one. */
  evict: (item: T) => void
  /** Whether the item is being served and must not be closed now. */
  isBusy: (item: T) => boolean
}

/**
 * Limits clients that have not authenticated yet, by their sources. A new item replaces the oldest one that is not
 * busy: a client that authenticates soon always gets a slot, and a client that only occupies slots loses them.
 */
export class CrowdLimit<T> {
  readonly #options: CrowdLimitOptions<T>
  /** The items of each source, oldest first. */
  readonly #crowds = new Map<string, Set<T>>()
  readonly #sources = new Map<T, string[]>()

  constructor(options: CrowdLimitOptions<T>) {
    this.#options = options
  }

  get size(): number {
    return this.#sources.size
  }

  /** Returns false if all slots of one of the sources are taken by busy items. */
  add(item: T, sources: readonly CrowdSource[]): boolean {
    if (!sources.every((source) => this.#freeSlot(source))) return false
    const names = sources.map(({ name }) => name)
    this.#sources.set(item, names)
    for (const name of names) {
      const crowd = this.#crowds.get(name) ?? new Set()
      this.#crowds.set(name, crowd.add(item))
    }
    return true
  }

  /** Call when the item has authenticated or closed. */
  remove(item: T): void {
    for (const name of this.#sources.get(item) ?? []) {
      const crowd = this.#crowds.get(name)
      crowd?.delete(item)
      if (crowd?.size === 0) this.#crowds.delete(name)
    }
    this.#sources.delete(item)
  }

  #freeSlot({ name, max }: CrowdSource): boolean {
    const crowd = this.#crowds.get(name)
    if (!crowd) return true
    for (const item of crowd) {
      if (crowd.size < max) return true
      if (this.#options.isBusy(item)) continue
      this.remove(item)
      this.#options.evict(item)
    }
    return crowd.size < max
  }
}
