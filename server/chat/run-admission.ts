/** Most answers that are asked for at once; null: any number. Read anew at each change. */
export interface AdmissionLimits {
  perInstance: number | null
  perConnection: number | null
}

interface Waiting {
  connectionId: string
  background: boolean
  go: () => void
  /** Its place in the queue, from 1. */
  place: (place: number) => void
}

/**
 * Bounds how many requests this instance has at its providers, for whatever purpose; who comes later waits in order and
 * is told its place. What nobody waits for (`background`) goes behind everybody else.
 */
export class RunAdmission {
  readonly #limits: () => AdmissionLimits
  readonly #running = new Map<string, number>()
  #total = 0
  #queue: Waiting[] = []

  constructor(limits: () => AdmissionLimits) {
    this.#limits = limits
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Resolves with how to leave, when there is room; rejects with the signal's reason. */
  async enter(
    connectionId: string,
    place: (place: number) => void,
    signal: AbortSignal,
    { background = false } = {},
  ): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#queue.length > 0 || !this.#hasRoom(connectionId)) {
      await this.#wait({ connectionId, background, place }, signal)
    } else this.#count(connectionId, 1)
    let left = false
    return () => {
      if (left) return
      left = true
      this.#count(connectionId, -1)
      this.#admit()
    }
  }

  /** The limits are others now. */
  changed(): void {
    this.#admit()
  }

  #wait(request: Omit<Waiting, 'go'>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => {
        this.#queue = this.#queue.filter((one) => one !== waiting)
        this.#tellPlaces()
        reject(signal.reason)
      }
      const waiting: Waiting = {
        ...request,
        go: () => {
          signal.removeEventListener('abort', gone)
          this.#count(request.connectionId, 1)
          resolve()
        },
      }
      signal.addEventListener('abort', gone, { once: true })
      const firstBehind = waiting.background ? -1 : this.#queue.findIndex(({ background }) => background)
      this.#queue.splice(firstBehind < 0 ? this.#queue.length : firstBehind, 0, waiting)
      // One that waits for a busy connection does not hold up those for others.
      this.#admit()
    })
  }

  #admit(): void {
    const still: Waiting[] = []
    for (const waiting of this.#queue) {
      if (this.#hasRoom(waiting.connectionId)) waiting.go()
      else still.push(waiting)
    }
    this.#queue = still
    this.#tellPlaces()
  }

  #tellPlaces(): void {
    for (const [index, { place }] of this.#queue.entries()) place(index + 1)
  }

  #hasRoom(connectionId: string): boolean {
    const { perInstance, perConnection } = this.#limits()
    const here = this.#running.get(connectionId) ?? 0
    return (
      (perInstance === null || this.#total < perInstance) && (perConnection === null || here < perConnection)
    )
  }

  #count(connectionId: string, by: 1 | -1): void {
    this.#total += by
    const now = (this.#running.get(connectionId) ?? 0) + by
    if (now > 0) this.#running.set(connectionId, now)
    else this.#running.delete(connectionId)
  }
}
