/** Where something comes from, and how much may come from there at once. */
export interface CrowdSource {
  name: string
  max: number
}

export interface CrowdLimitOptions<T> {
  /** Closes an item, to make room for a newer one. */
  evict: (item: T) => void
  /** It is being served, and must not be closed now. */
  isBusy: (item: T) => boolean
}

/**
 * Bounds what has proved nothing yet, by its sources. A newer item takes the place of the oldest that is not busy: whoever
 * proves itself soon always gets in, and whoever only holds places loses them.
 */
export class CrowdLimit<T> {
  readonly #options: CrowdLimitOptions<T>
  /** Of each source, the oldest item comes first. */
  readonly #crowds = new Map<string, Set<T>>()
  readonly #sources = new Map<T, string[]>()

  constructor(options: CrowdLimitOptions<T>) {
    this.#options = options
  }

  get size(): number {
    return this.#sources.size
  }

  /** False: every place of one of its sources is taken by something that is being served. */
  add(item: T, sources: readonly CrowdSource[]): boolean {
    if (!sources.every((source) => this.#makeRoom(source))) return false
    const names = sources.map(({ name }) => name)
    this.#sources.set(item, names)
    for (const name of names) {
      const crowd = this.#crowds.get(name) ?? new Set()
      this.#crowds.set(name, crowd.add(item))
    }
    return true
  }

  /** It has proved itself, or has gone. */
  remove(item: T): void {
    for (const name of this.#sources.get(item) ?? []) {
      const crowd = this.#crowds.get(name)
      crowd?.delete(item)
      if (crowd?.size === 0) this.#crowds.delete(name)
    }
    this.#sources.delete(item)
  }

  #makeRoom({ name, max }: CrowdSource): boolean {
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
