import { every } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Config } from '../config.ts'
import type { RedisLink } from '../coordination/redis/redis-link.ts'
import { untilHealthy } from '../coordination/redis/until-healthy.ts'
import { createSigner } from '../coordination/signer.ts'
import type { Signer } from '../coordination/signer.ts'
import type { Store } from '../store/index.ts'
import type { Coordination } from './coordination.ts'
import { fingerprintOf } from './find-store.ts'
import { meetPrefixes } from './meet-prefixes.ts'
import type { InstanceState } from './state.ts'

export interface MeetInstallationOptions {
  config: Config
  store: Store
  secretKey: string
  coordination: Coordination
  state: InstanceState
  clock: Clock
  logger: Logger
  signal: AbortSignal
}

const expiresMs = 86_400_000
const againMs = 10_000
/** How long another installation is remembered after it was last seen. */
const rivalMs = 25_000
/** How long the first comparison waits for Redis: an instance starts without it. */
const firstLinkMs = 2000

/**
 * Two installations, or two secrets, that meet in one store or under one Redis prefix would sign each other's people
 * out and mix their messages. An instance that meets another one does not become ready, and says which side to change.
 */
export async function meetInstallation(options: MeetInstallationOptions): Promise<void> {
  const { store, secretKey, state, logger, coordination, signal } = options
  const fingerprint = fingerprintOf(secretKey)
  const met = await store.installations.meet(fingerprint)
  if (met.kind === 'mismatch') {
    state.installationProblem =
      'WEBUI_SECRET_KEY is not the one this database was made with: give every instance the same one, or restore the former'
    logger.error(state.installationProblem)
    return
  }
  await meetPrefixes(options)
  if (!coordination.link) return
  const failed = (error: unknown): void =>
    logger.debug({ err: error }, 'the installation cannot be compared in Redis now')
  const prefix = new PrefixClaim(options, `${met.installation.id} ${fingerprint}`)
  const look = (): Promise<void> => prefix.check()
  await untilHealthy(coordination.link, firstLinkMs)
  await look().catch(failed)
  const leave = coordination.link.onLink((healthy) => {
    if (healthy) void look().catch(failed)
  })
  signal.addEventListener('abort', leave, { once: true })
  void every(look, {
    ms: () => againMs,
    failed,
    signal,
  })
}

/**
 * This installation's claim to its Redis prefix: the first instance writes it, and it lasts a day beyond the last one.
 * Another installation's claim keeps this instance from being ready only if it is signed with our secret, by an instance
 * that is alive: without the secret nobody can read or forge our messages, and one SET by somebody else must not take a
 * fleet out of service.
 */
class PrefixClaim {
  readonly #options: MeetInstallationOptions
  readonly #mine: string
  readonly #signer: Signer
  /** Monotonic times, ms. */
  #rivalSeenAt = Number.NEGATIVE_INFINITY
  #foreignSeenAt = Number.NEGATIVE_INFINITY

  constructor(options: MeetInstallationOptions, mine: string) {
    this.#options = options
    this.#mine = mine
    this.#signer = createSigner(options.secretKey)
  }

  async check(): Promise<void> {
    const { coordination, clock, state, store } = this.#options
    const { link, keys } = coordination
    if (!link?.healthy()) return
    const epoch = (await store.epochs.read()).id
    const theirs = await link.command(['SET', keys.installation(), this.#mine, 'NX', 'GET', 'PX', expiresMs])
    const now = clock.monotonic()
    const claim = typeof theirs === 'string' ? theirs : this.#mine
    const ours = claim === this.#mine
    const rival = theirs === null ? undefined : await this.#rival(link, claim)
    if (rival !== undefined && !(ours && rival.epoch === epoch)) {
      this.#rivalSeenAt = now
      this.#report(ours ? copySentence(this.#options.config.redis.keyPrefix) : this.#rivalSentence(claim))
    } else if (ours || now - this.#rivalSeenAt >= rivalMs) {
      // Nobody stands behind another claim (any more): the prefix is ours.
      await this.#write(link, epoch)
      if (ours || state.installationProblem !== undefined) this.#resolved(now)
      else this.#warn(now)
    }
  }

  /** Who stands behind a claim: an instance that beats and signed it with our secret. */
  async #rival(link: RedisLink, claim: string): Promise<{ epoch: string } | undefined> {
    const { keys } = this.#options.coordination
    const proof = await link.command(['GET', keys.installationProof()])
    const [incarnation = '', epoch = '', signature = ''] = typeof proof === 'string' ? proof.split(' ') : []
    if (!this.#signer.verify('installation', `${claim} ${incarnation} ${epoch}`, signature)) return undefined
    // Any instance under this prefix removes those that stopped beating.
    const beats = await link.command(['ZSCORE', keys.memberBeats(), incarnation])
    return beats === null ? undefined : { epoch }
  }

  async #write(link: RedisLink, epoch: string): Promise<void> {
    const { keys, membership } = this.#options.coordination
    const written = `${membership.self} ${epoch}`
    const signature = this.#signer.sign('installation', `${this.#mine} ${written}`)
    await link.command(['SET', keys.installation(), this.#mine, 'PX', expiresMs])
    await link.command(['SET', keys.installationProof(), `${written} ${signature}`, 'PX', expiresMs])
  }

  #rivalSentence(theirs: string): string {
    const sameStore = theirs.split(' ')[0] === this.#mine.split(' ')[0]
    return sameStore
      ? 'another instance of this installation has another WEBUI_SECRET_KEY: give every instance the same one'
      : `another installation uses the Redis prefix "${this.#options.config.redis.keyPrefix}": set another REDIS_KEY_PREFIX on one of the two, or the same DATABASE_URL if they are one`
  }

  #report(problem: string): void {
    const { state, logger } = this.#options
    if (state.installationProblem !== problem) logger.error(problem)
    state.installationProblem = problem
  }

  #warn(now: number): void {
    const { config, state, logger } = this.#options
    const warning = `something else writes under the Redis prefix "${config.redis.keyPrefix}", perhaps another installation with another WEBUI_SECRET_KEY: set another REDIS_KEY_PREFIX on one of the two`
    this.#foreignSeenAt = now
    if (state.prefixWarning !== warning) logger.warn(warning)
    state.prefixWarning = warning
  }

  #resolved(now: number): void {
    const { state, logger } = this.#options
    if (state.installationProblem !== undefined)
      logger.info('no other installation uses this Redis prefix any more')
    state.installationProblem = undefined
    // Two that write in turn see their own value now and then.
    if (now - this.#foreignSeenAt >= rivalMs) state.prefixWarning = undefined
  }
}

function copySentence(prefix: string): string {
  return `instances of this installation use the Redis prefix "${prefix}" with another copy of its data: set another REDIS_KEY_PREFIX for the copy. If they have been stopped for a restore, this ends within 30 s`
}
