import { sleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { ConnectionConfig, Upstream, UpstreamModel } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** A failed list is asked for again after this, ms: soon enough to heal, seldom enough not to press. */
const retryMs = 10_000

/**
 * One connection's list of models as far as it is known. Each reload has the provider's own deadline of 10 s. Where the
 * connection names its models, that is the list, and the provider is not asked: some have none to give.
 */
export class ConnectionModels {
  readonly config: ConnectionConfig
  readonly upstream: Upstream
  /** The last list that was got; undefined: none yet. It outlives a failure. */
  models: UpstreamModel[] | undefined
  /** Why the last try failed, as a sentence. */
  problem: string | undefined
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #cacheMs: number
  #triedAt: number | undefined
  #loading: Promise<void> | undefined
  #first: Promise<void> | undefined

  constructor(
    config: ConnectionConfig,
    upstream: Upstream,
    { clock, logger, cacheMs }: { clock: Clock; logger: Logger; cacheMs: number },
  ) {
    this.config = config
    this.upstream = upstream
    this.#clock = clock
    this.#logger = logger
    this.#cacheMs = cacheMs
    const { modelIds } = config
    if (modelIds.length > 0) this.models = modelIds.map((id) => ({ id, name: id }))
  }

  /** Loads when the list is older than it may be. Resolves when that has ended, well or not. */
  load(maxAgeMs: number = this.#cacheMs): Promise<void> {
    if (this.config.modelIds.length > 0) return Promise.resolve()
    const most = this.problem === undefined ? maxAgeMs : Math.min(maxAgeMs, retryMs)
    if (this.#triedAt !== undefined && this.#clock.monotonic() - this.#triedAt < most) {
      return this.#loading ?? Promise.resolve()
    }
    return (this.#loading ??= this.#reload().finally(() => (this.#loading = undefined)))
  }

  /** Resolves when the first try has ended, or has taken `firstMs`; later calls wait no second time. */
  first(firstMs: number): Promise<void> {
    return (this.#first ??= withinMs(this.load(), firstMs))
  }

  /** Nothing has been heard of this provider yet. */
  get unheard(): boolean {
    return this.models === undefined && this.problem === undefined
  }

  async #reload(): Promise<void> {
    this.#triedAt = this.#clock.monotonic()
    const { name } = this.config
    try {
      const models = await this.upstream.listModels(new AbortController().signal)
      const byId = new Map(models.map((model) => [model.id, model]))
      this.models = [...byId.values()]
      if (this.problem !== undefined)
        this.#logger.info({ connection: name }, 'the provider lists its models again')
      this.problem = undefined
    } catch (error) {
      const known = error instanceof UpstreamError
      const message = known ? error.message : 'Its list of models could not be read.'
      if (message !== this.problem || !known) {
        this.#logger.warn({ err: error, connection: name }, 'no list of models from a provider')
      }
      this.problem = message
    }
    this.#triedAt = this.#clock.monotonic()
  }
}

/** Resolves with the work, or after `ms` without it. */
export async function withinMs(work: Promise<unknown>, ms: number): Promise<void> {
  const done = new AbortController()
  await Promise.race([work.finally(() => done.abort()), sleep(ms, done.signal)])
}
