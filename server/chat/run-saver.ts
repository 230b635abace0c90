import { every } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Runs, SavePart } from '../store/contract/runs.ts'

export interface RunSaverPorts {
  runs: Pick<Runs, 'save' | 'saveAnew'>
  limits: { saveEveryMs: number }
  logger: Logger
}

/** A run whose words have to reach the store. */
export interface SavableRun {
  readonly id: string
  /** What the store does not have yet. Undefined: nothing. */
  unsaved(): SavePart | undefined
  /** The store replaces what an earlier owner saved; only before this run's first save. */
  readonly anew: boolean
  saved(part: SavePart, answer: { stop: boolean }): void
  /** The store did not take it: it has something else, or the run is not ours. Read. */
  refused(): void
}

/**
 * Saves all dirty runs of this instance in one transaction a tick (rule 6). A slow store makes ticks skip, not queue;
 * a store that is away leaves the text in memory until it is back.
 */
export class RunSaver {
  readonly #ports: RunSaverPorts
  readonly #runs = new Map<string, SavableRun>()
  readonly #stopping = new AbortController()
  #saving: Promise<void> | undefined
  #failing = false

  constructor(ports: RunSaverPorts) {
    this.#ports = ports
  }

  start(): void {
    void every(() => this.saveNow(), {
      ms: () => this.#ports.limits.saveEveryMs,
      failed: (error) => this.#ports.logger.error({ err: error }, 'saving runs failed'),
      signal: this.#stopping.signal,
    })
  }

  stop(): void {
    this.#stopping.abort()
  }

  add(run: SavableRun): void {
    this.#runs.set(run.id, run)
  }

  remove(run: SavableRun): void {
    if (this.#runs.get(run.id) === run) this.#runs.delete(run.id)
  }

  /** Brings the next save forward: a run has much that is not saved. */
  nudge(): void {
    if (!this.#saving) void this.saveNow()
  }

  /** Resolves when what was dirty at the call is saved or was tried. */
  async saveNow(): Promise<void> {
    if (this.#saving) return this.#saving
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined
    })
    return this.#saving
  }

  async #save(): Promise<void> {
    const parts: { run: SavableRun; part: SavePart }[] = []
    for (const run of this.#runs.values()) {
      const part = run.unsaved()
      if (part) parts.push({ run, part })
    }
    if (parts.length === 0) return
    const { runs, logger } = this.#ports
    try {
      for (const { run, part } of parts.filter(({ run }) => run.anew)) {
        const { start: _, ...anew } = part
        const answer = await runs.saveAnew(anew)
        if (answer) run.saved(part, answer)
        else run.refused()
      }
      const going = parts.filter(({ run, part }) => !run.anew && part.start === run.unsaved()?.start)
      const answers = going.length > 0 ? await runs.save(going.map(({ part }) => part)) : new Map()
      for (const { run, part } of going) {
        const answer = answers.get(run.id)
        if (answer) run.saved(part, answer)
        else run.refused()
      }
      if (this.#failing) logger.info('running answers are saved again')
      this.#failing = false
    } catch (error) {
      // The outcome is unknown; the guard on the saved length makes the next try safe.
      if (!this.#failing) logger.warn({ err: error }, 'running answers cannot be saved; they stay in memory')
      this.#failing = true
    }
  }
}
