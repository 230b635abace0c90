import type { Clock, Logger, Sleep } from '../base/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import { StoreError } from '../store/store.ts'

/** What is remembered of instances that died soon after they had claimed something. */
export interface ClaimRecord {
  /** How often one of this label died within a minute of a claim, lately. */
  deaths(): Promise<number>
  /** True before what was claimed is driven, false when a minute has passed. */
  write(claiming: boolean): Promise<void>
}

export interface TakeoverCooldownPorts {
  claims: ClaimRecord
  membership: Pick<Membership, 'members' | 'self' | 'update'>
  /** Nobody else can own runs of this store: then there is nobody to leave takeovers to. */
  alone: boolean
  leaseMs: number
  clock: Clock
  sleep: Sleep
  logger: Logger
}

const soonMs = 60_000
/** So long an instance that died twice takes nothing over. */
const cooldownMs = 300_000

/**
 * The second half of rule 13: an instance that died twice within a minute of claims starts with takeover off, so that an
 * answer that kills whoever writes it, or a machine that cannot bear more, costs no third death here. Only while
 * somebody else takes over: nothing is left lying for it.
 */
export class TakeoverCooldown {
  readonly #ports: TakeoverCooldownPorts
  #known = false
  #off = false
  #claimedAt: number | undefined

  constructor(ports: TakeoverCooldownPorts) {
    this.#ports = ports
  }

  /** Whether it has been looked; nothing is claimed from the dead before. */
  get known(): boolean {
    return this.#known || this.#ports.alone
  }

  /**
   * Looks at what became of the starts before this one, and cools down where that is needed. After a lease: by then nobody
   * who died before this start is taken for alive, and nobody could have been taken for dead before (rule 3).
   */
  async begin(signal: AbortSignal): Promise<void> {
    const { claims, membership, logger, leaseMs, alone, sleep } = this.#ports
    // Whoever is alone takes over whatever happens: there is nobody else.
    if (alone) return
    await sleep(leaseMs, signal)
    if (signal.aborted) return
    const deaths = await claims.deaths().catch((error: unknown) => {
      logger.debug({ err: error }, 'earlier deaths cannot be looked for')
      return 0
    })
    this.#known = true
    if (deaths < 2) return
    this.#off = true
    membership.update({ takeover: false })
    logger.warn(
      { deaths, minutes: cooldownMs / 60_000 },
      'this instance died soon after taking answers over; it takes none over for now, while others do',
    )
    await sleep(cooldownMs, signal)
    if (signal.aborted) return
    this.#off = false
    membership.update({ takeover: true })
    logger.info('this instance takes answers over again')
  }

  /** Takes nothing over at the moment: it is off, and somebody else does. */
  get active(): boolean {
    if (!this.#off) return false
    const { membership } = this.#ports
    return membership.members().some(({ incarnation, takeover, state }) => {
      return incarnation !== membership.self && takeover && state === 'running'
    })
  }

  /** Something was claimed: to be called before it is driven. Never rejects. */
  async claimed(signal: AbortSignal): Promise<void> {
    const noted = this.#claimedAt !== undefined
    this.#claimedAt = this.#ports.clock.monotonic()
    if (noted) return
    await this.#write(true)
    void this.#forgetLater(signal)
  }

  async #forgetLater(signal: AbortSignal): Promise<void> {
    const left = (): number => (this.#claimedAt ?? 0) + soonMs - this.#ports.clock.monotonic()
    while (left() > 0 && !signal.aborted) await this.#ports.sleep(left(), signal)
    // The instance stops: its goodbye takes the record along.
    if (signal.aborted) return
    this.#claimedAt = undefined
    await this.#write(false)
  }

  async #write(claiming: boolean): Promise<void> {
    try {
      await this.#ports.claims.write(claiming)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.#ports.logger.debug({ err: error, claiming }, 'a claim was not noted')
    }
  }
}
