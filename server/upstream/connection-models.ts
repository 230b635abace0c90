import { sleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { ConnectionConfig, Upstream, UpstreamModel } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** A list that failed to load is retried after this, ms: soon enough to recover, without burdening the provider. */
const retryMs = 10_000

/** A failure to load the list of models, as the page shows it. */
export type ListProblem = ReturnType<UpstreamError['toFailure']>

interface ConnectionModelsOptions {
  clock: Clock
  logger: Logger
  cacheMs: number
  /** Called each time the provider has listed models. */
  onLoaded: (config: ConnectionConfig) => void
  /** Called when the provider's list of models can no longer be loaded, and when it can be loaded again. */
  onHealthChanged: () => void
}

/**
 * The cached list of models of one connection. Each reload has the deadline `listMs`. If the settings of the connection
 * name its models, they are the list, and nothing is requested: some providers cannot list their models.
 */
export class ConnectionModels {
  readonly config: ConnectionConfig
  readonly upstream: Upstream
  /** The last list that was loaded; undefined before the first. A failed reload keeps it. */
  models: UpstreamModel[] | undefined
  /** Why the last attempt failed; undefined after a success. */
  problem: ListProblem | undefined
  /** When the last attempt ended, epoch ms. */
  checkedAt: number | undefined
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #cacheMs: number
  readonly #onLoaded: (config: ConnectionConfig) => void
  readonly #onHealthChanged: () => void
  #triedAt: number | undefined
  #loading: Promise<void> | undefined
  #first: Promise<void> | undefined
  /** Whether the list has to be loaded again before it is trusted. */
  #expired = false
  /** Counts the attempts, so that the result of an attempt that was overtaken is dropped. */
  #attempts = 0

  constructor(
    config: ConnectionConfig,
    upstream: Upstream,
    { clock, logger, cacheMs, onLoaded, onHealthChanged }: ConnectionModelsOptions,
  ) {
    this.config = config
    this.upstream = upstream
    this.#clock = clock
    this.#logger = logger
    this.#cacheMs = cacheMs
    this.#onLoaded = onLoaded
    this.#onHealthChanged = onHealthChanged
    const { modelIds } = config
    if (modelIds.length > 0) this.models = modelIds.map((id) => ({ id, name: id }))
  }

  /** Reloads the list if it is older than `maxAgeMs`. Resolves when the attempt has ended, successful or not. */
  load(maxAgeMs: number = this.#cacheMs): Promise<void> {
    if (!this.#isOlderThan(maxAgeMs)) return this.#loading ?? Promise.resolve()
    if (this.#loading) return this.#loading
    const loading = this.#reload().finally(() => {
      if (this.#loading === loading) this.#loading = undefined
    })
    this.#loading = loading
    return loading
  }

  /** Starts to reload the list if it is old. */
  reloadIfOld(): void {
    // `load` never rejects.
    if (this.#isOlderThan(this.#cacheMs)) void this.load()
  }

  /**
   * Reloads the list on the next call, even if an attempt is in progress: its request may have been sent before the
   * provider changed. The known list stays until then, and also if the provider cannot be reached.
   */
  expire(): void {
    if (this.config.modelIds.length > 0) return
    this.#expired = true
    this.#triedAt = undefined
    this.#first = undefined
    this.#loading = undefined
  }

  /**
   * Resolves when the first attempt, or the first one since the list expired, has ended, or after `maxWaitMs`. Later
   * calls do not wait again.
   */
  waitForFirst(maxWaitMs: number): Promise<void> {
    return (this.#first ??= withinMs(this.load(), maxWaitMs))
  }

  /** Whether the first attempt to load the list has not ended yet. */
  get isPending(): boolean {
    return this.models === undefined && this.problem === undefined
  }

  /** Whether the list is awaited: it was never loaded, or it has expired. */
  get isAwaited(): boolean {
    return this.isPending || this.#expired
  }

  /** False if the settings name the models. After a failed attempt, at most `retryMs` counts. */
  #isOlderThan(maxAgeMs: number): boolean {
    if (this.config.modelIds.length > 0) return false
    if (this.#triedAt === undefined) return true
    const maxAge = this.problem === undefined ? maxAgeMs : Math.min(maxAgeMs, retryMs)
    return this.#clock.monotonic() - this.#triedAt >= maxAge
  }

  async #reload(): Promise<void> {
    this.#triedAt = this.#clock.monotonic()
    const attempt = ++this.#attempts
    const { name } = this.config
    const failedBefore = this.problem !== undefined
    try {
      const models = await this.upstream.listModels(new AbortController().signal)
      if (attempt !== this.#attempts) return
      const byId = new Map(models.map((model) => [model.id, model]))
      this.models = [...byId.values()]
      if (this.problem !== undefined)
        this.#logger.info({ connection: name }, 'the list of models of a provider can be loaded again')
      this.problem = undefined
      if (this.models.length > 0) this.#onLoaded(this.config)
    } catch (error) {
      if (attempt !== this.#attempts) return
      const known = error instanceof UpstreamError
      const problem: ListProblem = known
        ? error.toFailure()
        : { code: 'internal', message: 'The provider’s list of models could not be read.' }
      if (problem.message !== this.problem?.message || !known) {
        this.#logger.warn(
          { err: error, connection: name },
          'the list of models of a provider could not be loaded',
        )
      }
      this.problem = problem
    }
    this.#expired = false
    this.#triedAt = this.#clock.monotonic()
    this.checkedAt = this.#clock.now()
    if (failedBefore !== (this.problem !== undefined)) this.#onHealthChanged()
  }
}

/** Resolves when `work` has ended, at the latest after `ms`. */
export async function withinMs(work: Promise<unknown>, ms: number): Promise<void> {
  const done = new AbortController()
  await Promise.race([work.finally(() => done.abort()), sleep(ms, done.signal)])
}
