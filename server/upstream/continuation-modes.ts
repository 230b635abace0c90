import type { Clock, Logger } from '../base/index.ts'
import { probeContinuation, likelyContinuationMode } from './probe-continuation.ts'
import type { ConnectionConfig, ContinuationMode, Upstream, UpstreamModel } from './upstream.ts'

type KnownMode = Exclude<ContinuationMode, 'auto'>

export interface ContinuationModesOptions {
  /** Reads the stored result of an earlier probe, on any instance. */
  learnt: (baseUrl: string, model: string) => Promise<string | undefined>
  learn: (baseUrl: string, model: string, continues: string) => Promise<void>
  clock: Clock
  logger: Logger
}

/** A model at a connection. */
export interface ConnectionModel {
  config: ConnectionConfig
  upstream: Upstream
  model: UpstreamModel
}

/** The minimum time between two probes of a model, ms. A probe may fail, for example because the provider is down. */
const minProbeIntervalMs = 60_000

/** Knows how each model continues a text. It reads the store once per model, and probes each model once. */
export class ContinuationModes {
  readonly #options: ContinuationModesOptions
  readonly #known = new Map<string, KnownMode>()
  readonly #probedAt = new Map<string, number>()

  constructor(options: ContinuationModesOptions) {
    this.#options = options
  }

  /** `none` if it is not known. Never rejects: without the store, an answer is regenerated instead of continued. */
  async get(subject: ConnectionModel): Promise<KnownMode> {
    try {
      return (await this.#lookUp(subject)) ?? 'none'
    } catch (error) {
      this.#options.logger.warn(
        { err: error, model: subject.model.id },
        'cannot read whether a model continues partial answers',
      )
      return 'none'
    }
  }

  /**
   * Probes the model if nothing is known about it, after `begun` resolves with true. It resolves at the first event of
   * an answer, so that the probe does not delay the answer of a provider that handles one request at a time. `enter`
   * waits for a slot in the limit of concurrent requests, and returns a function that frees it. Never rejects.
   */
  async probe(
    subject: ConnectionModel,
    { begun, enter }: { begun: Promise<boolean>; enter: () => Promise<() => void> },
    signal: AbortSignal,
  ): Promise<void> {
    const { config, upstream, model } = subject
    const { learn, clock, logger } = this.#options
    try {
      if ((await this.#lookUp(subject)) !== undefined) return
      if (!(await unlessAborted(begun, signal))) return
      const name = keyOf(subject)
      const before = this.#probedAt.get(name)
      if (before !== undefined && clock.monotonic() - before < minProbeIntervalMs) return
      this.#probedAt.set(name, clock.monotonic())
      const how = likelyContinuationMode(config.baseUrl, model)
      const leave = await enter()
      const found = await probeContinuation(upstream, { model: model.id, how }, signal).finally(leave)
      logger.info(
        { model: model.id, connection: config.name, how, found },
        'tested whether a model continues partial answers',
      )
      if (found === undefined) return
      this.#known.set(name, found)
      await learn(config.baseUrl, model.id, found)
    } catch (error) {
      if (signal.aborted) this.#probedAt.delete(keyOf(subject))
      else
        logger.warn({ err: error, model: model.id }, 'cannot test whether a model continues partial answers')
    }
  }

  async #lookUp(subject: ConnectionModel): Promise<KnownMode | undefined> {
    const { config, model } = subject
    if (config.kind === 'demo' || (config.kind === 'ollama' && config.continues === 'auto')) return 'trailing'
    if (config.continues !== 'auto') return config.continues
    const known = this.#known.get(keyOf(subject))
    if (known) return known
    const stored = await this.#options.learnt(config.baseUrl, model.id)
    if (!isKnownMode(stored)) return undefined
    this.#known.set(keyOf(subject), stored)
    return stored
  }
}

function keyOf({ config, model }: ConnectionModel): string {
  return JSON.stringify([config.baseUrl, model.id])
}

/** The value of `begun`, or false if the signal aborts first. */
async function unlessAborted(begun: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  const { promise, resolve } = Promise.withResolvers<false>()
  const onAbort = (): void => resolve(false)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([begun, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function isKnownMode(value: string | undefined): value is KnownMode {
  return value === 'trailing' || value === 'prefix' || value === 'vllm' || value === 'none'
}
