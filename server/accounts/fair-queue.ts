import { AppError } from '../../protocol/errors.ts'

export interface FairQueueOptions {
  /** Maximum number of tasks that run at the same time. */
  concurrency: number
  /** Maximum number of tasks that may wait. */
  maxWaiting: number
  /** Longest wait before `busy`, ms. */
  maxWaitMs: number
}

/** Decides the position of a task in the queue. */
export interface Requester {
  /**
   * Group names from the widest to the narrowest, such as network, address, account. Groups take turns at each level.
   */
  groups?: readonly string[]
  /** The user, or the user's device, has signed in before. Tasks of such requesters run before all others. */
  known?: boolean
}

interface WaitingTask {
  start(): void
  refuse(error: AppError): void
}

/** Waiting tasks in a tree of groups. The groups take turns at each level. */
class TurnTree {
  readonly #children = new Map<string, TurnTree>()
  readonly #items: WaitingTask[] = []
  size = 0

  add(item: WaitingTask, groups: readonly string[]): void {
    this.size++
    const [group, ...rest] = groups
    if (group === undefined) {
      this.#items.push(item)
      return
    }
    const child = this.#children.get(group) ?? new TurnTree()
    this.#children.set(group, child)
    child.add(item, rest)
  }

  takeNext(): WaitingTask | undefined {
    if (this.size === 0) return undefined
    this.size--
    for (const [group, child] of this.#children) {
      // A Map iterates in insertion order, so the group moves behind the others.
      this.#children.delete(group)
      if (child.size > 1) this.#children.set(group, child)
      return child.takeNext()
    }
    return this.#items.shift()
  }

  /** Removes the newest task of the group with the most waiting tasks, chosen at each level. */
  takeFromLargest(): WaitingTask | undefined {
    if (this.size === 0) return undefined
    this.size--
    let largest: [string, TurnTree] | undefined
    for (const entry of this.#children) {
      if (largest === undefined || entry[1].size >= largest[1].size) largest = entry
    }
    if (largest === undefined) return this.#items.pop()
    const [group, child] = largest
    const taken = child.takeFromLargest()
    if (child.size === 0) this.#children.delete(group)
    return taken
  }

  remove(item: WaitingTask, groups: readonly string[]): boolean {
    const [group, ...rest] = groups
    if (group === undefined) {
      const index = this.#items.indexOf(item)
      if (index < 0) return false
      this.#items.splice(index, 1)
      this.size--
      return true
    }
    const child = this.#children.get(group)
    if (!child?.remove(item, rest)) return false
    this.size--
    if (child.size === 0) this.#children.delete(group)
    return true
  }
}

/**
 * Runs a bounded number of tasks at the same time. Groups of waiting tasks take turns, so that a flood from one network
 * delays only that network. If too many tasks wait, a task of the largest group is rejected with `busy`.
 */
export class FairQueue {
  readonly #options: FairQueueOptions
  readonly #known = new TurnTree()
  readonly #others = new TurnTree()
  #running = 0

  constructor(options: FairQueueOptions) {
    this.#options = options
  }

  async run<T>(work: () => Promise<T>, requester: Requester = {}, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    if (this.#running < this.#options.concurrency) this.#running++
    else await this.#waitForTurn(requester, signal)
    try {
      return await work()
    } finally {
      // The slot goes directly to the next waiting task, so that a new task cannot take it first.
      const next = this.#known.takeNext() ?? this.#others.takeNext()
      if (next) next.start()
      else this.#running--
    }
  }

  #waitForTurn({ groups = [], known = false }: Requester, signal: AbortSignal | undefined): Promise<void> {
    const lane = known ? this.#known : this.#others
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        then()
      }
      const item: WaitingTask = {
        start: () => settle(resolve),
        refuse: (error) => settle(() => reject(error)),
      }
      const onAbort = (): void => {
        const { reason }: { reason?: unknown } = signal ?? {}
        lane.remove(item, groups)
        settle(() =>
          reject(reason instanceof Error ? reason : new Error('the wait was aborted', { cause: reason })),
        )
      }
      const timer = setTimeout(() => {
        lane.remove(item, groups)
        item.refuse(tooBusy())
      }, this.#options.maxWaitMs)
      signal?.addEventListener('abort', onAbort)
      lane.add(item, groups)
      if (this.#known.size + this.#others.size <= this.#options.maxWaiting) return
      // This may reject the task that was just added.
      const evicted = this.#others.takeFromLargest() ?? this.#known.takeFromLargest()
      evicted?.refuse(tooBusy())
    })
  }
}

function tooBusy(): AppError {
  return new AppError('busy', { retryAfterMs: 1000 })
}
