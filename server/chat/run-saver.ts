import { every } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Runs, SavePart } from '../store/contract/runs.ts'

export interface RunSaverPorts {
  runs: Pick<Runs, 'save' | 'replaceSavedText'>
  limits: { saveEveryMs: number }
  logger: Logger
}

/** A run whose text must reach the store. */
export interface SavableRun {
  readonly id: string
  /** The text that the store does not have yet; undefined if there is none. */
  unsaved(): SavePart | undefined
  /** The next save must replace the text that an earlier owner saved. */
  readonly replacesSaved: boolean
  saved(part: SavePart, answer: { stop: boolean }): void
  /** The store refused the save, because its text differs or this instance does not own the run: read the row. */
  refused(): void
}

/**
 * Saves the unsaved text of all runs of this instance in one transaction per interval (rule 6). While the store is
 * slow, intervals are skipped, not queued; while it is unreachable, the text stays in memory.
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

  /** Saves at once, because a run has much unsaved text; does nothing during a save. */
  saveSoon(): void {
    if (!this.#saving) void this.saveNow()
  }

  /** Resolves when a save, or the save in progress, has succeeded or failed. */
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
      for (const { run, part } of parts.filter(({ run }) => run.replacesSaved)) {
        const { start: _, ...replacement } = part
        const answer = await runs.replaceSavedText(replacement)
        if (answer) run.saved(part, answer)
        else run.refused()
      }
      const unchanged = parts.filter(
        ({ run, part }) => !run.replacesSaved && part.start === run.unsaved()?.start,
      )
      const answers = unchanged.length > 0 ? await runs.save(unchanged.map(({ part }) => part)) : new Map()
      for (const { run, part } of unchanged) {
        const answer = answers.get(run.id)
        if (answer) run.saved(part, answer)
        else run.refused()
      }
      if (this.#failing) logger.info('running answers are saved again')
      this.#failing = false
    } catch (error) {
      // The outcome is unknown. The store's guard on the saved length makes a retry safe.
      if (!this.#failing) logger.warn({ err: error }, 'running answers cannot be saved; they stay in memory')
      this.#failing = true
    }
  }
}
