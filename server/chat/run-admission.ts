/** The maximum of concurrent requests to providers; null: no limit. Read again at each change of the settings. */
export interface AdmissionLimits {
  perInstance: number | null
  perConnection: number | null
}

interface Waiting {
  connectionId: string
  background: boolean
  admit: () => void
  /** Reports the position in the queue, from 1. */
  reportPosition: (position: number) => void
}

/**
 * Limits the concurrent requests of this instance to its providers, for whatever purpose. Further requests wait in
 * order and receive their position. Requests that no user waits for (`background`) queue behind all others.
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

  /** Resolves when a slot is free, with the function that frees it again; rejects with the signal's reason. */
  async enter(
    connectionId: string,
    reportPosition: (position: number) => void,
    signal: AbortSignal,
    { background = false } = {},
  ): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#queue.length > 0 || !this.#hasFreeSlot(connectionId)) {
      await this.#wait({ connectionId, background, reportPosition }, signal)
    } else this.#count(connectionId, 1)
    let left = false
    return () => {
      if (left) return
      left = true
      this.#count(connectionId, -1)
      this.#admit()
    }
  }

  /** The limits have changed. */
  limitsChanged(): void {
    this.#admit()
  }

  #wait(request: Omit<Waiting, 'admit'>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue = this.#queue.filter((one) => one !== waiting)
        this.#reportPositions()
        reject(signal.reason)
      }
      const waiting: Waiting = {
        ...request,
        admit: () => {
          signal.removeEventListener('abort', onAbort)
          this.#count(request.connectionId, 1)
          resolve()
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      const firstBehind = waiting.background ? -1 : this.#queue.findIndex(({ background }) => background)
      this.#queue.splice(firstBehind < 0 ? this.#queue.length : firstBehind, 0, waiting)
      // A request that waits for a busy connection does not block requests for other connections.
      this.#admit()
    })
  }

  #admit(): void {
    const still: Waiting[] = []
    for (const waiting of this.#queue) {
      if (this.#hasFreeSlot(waiting.connectionId)) waiting.admit()
      else still.push(waiting)
    }
    this.#queue = still
    this.#reportPositions()
  }

  #reportPositions(): void {
    for (const [index, { reportPosition }] of this.#queue.entries()) reportPosition(index + 1)
  }

  #hasFreeSlot(connectionId: string): boolean {
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
