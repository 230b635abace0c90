import type { Clock, Logger, Sleep } from '../base/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import { StoreError } from '../store/store.ts'

/** The stored record of instances that died soon after a claim. */
export interface ClaimRecord {
  /** How often an instance with this label recently died within a minute of a claim. */
  countDeaths(): Promise<number>
  /** Written as true before a claimed run is driven, and as false a minute after the last claim. */
  recordClaiming(claiming: boolean): Promise<void>
}

export interface TakeoverCooldownPorts {
  claims: ClaimRecord
  membership: Pick<Membership, 'members' | 'self' | 'update'>
  /** No other instance can own runs of this store, so there is none to leave takeovers to. */
  alone: boolean
  leaseMs: number
  clock: Clock
  sleep: Sleep
  logger: Logger
}

const claimWindowMs = 60_000
/** How long an instance that died twice takes nothing over, ms. */
const cooldownMs = 300_000

/**
 * The second half of rule 13: an instance that died twice within a minute of a claim starts with takeovers off. This
 * prevents a third death by an answer that kills its owners, or by too much load for this machine. It applies only
 * while another instance takes over, so that no run stays without an owner.
 */
export class TakeoverCooldown {
  readonly #ports: TakeoverCooldownPorts
  #checked = false
  #coolingDown = false
  #claimedAt: number | undefined

  constructor(ports: TakeoverCooldownPorts) {
    this.#ports = ports
  }

  /** Whether earlier deaths have been checked. Until then nothing is claimed from dead owners. */
  get hasChecked(): boolean {
    return this.#checked || this.#ports.alone
  }

  /**
   * Checks how earlier incarnations with this label ended, and begins a cooldown if needed. It waits a lease first:
   * after that no incarnation that died before this start still counts as alive, and until then no member can count as
   * dead (rule 3).
   */
  async begin(signal: AbortSignal): Promise<void> {
    const { claims, membership, logger, leaseMs, alone, sleep } = this.#ports
    // There is no other instance that could take over.
    if (alone) return
    await sleep(leaseMs, signal)
    if (signal.aborted) return
    const deaths = await claims.countDeaths().catch((error: unknown) => {
      logger.debug({ err: error }, 'earlier deaths of this instance could not be checked')
      return 0
    })
    this.#checked = true
    if (deaths < 2) return
    this.#coolingDown = true
    membership.update({ takeover: false })
    logger.warn(
      { deaths, minutes: cooldownMs / 60_000 },
      'takeovers are off on this instance while others take over: it died soon after earlier takeovers',
    )
    await sleep(cooldownMs, signal)
    if (signal.aborted) return
    this.#coolingDown = false
    membership.update({ takeover: true })
    logger.info('takeovers are on again on this instance')
  }

  /** Whether this instance takes nothing over now: it is in cooldown, and another instance takes over. */
  get active(): boolean {
    if (!this.#coolingDown) return false
    const { membership } = this.#ports
    return membership.members().some(({ incarnation, takeover, state }) => {
      return incarnation !== membership.self && takeover && state === 'running'
    })
  }

  /** Records a claim. Call it before the claimed run is driven. Never rejects. */
  async claimed(signal: AbortSignal): Promise<void> {
    const noted = this.#claimedAt !== undefined
    this.#claimedAt = this.#ports.clock.monotonic()
    if (noted) return
    await this.#write(true)
    void this.#forgetLater(signal)
  }

  async #forgetLater(signal: AbortSignal): Promise<void> {
    const remainingMs = (): number => (this.#claimedAt ?? 0) + claimWindowMs - this.#ports.clock.monotonic()
    while (remainingMs() > 0 && !signal.aborted) await this.#ports.sleep(remainingMs(), signal)
    // The instance stops: a clean exit removes the record.
    if (signal.aborted) return
    this.#claimedAt = undefined
    await this.#write(false)
  }

  async #write(claiming: boolean): Promise<void> {
    try {
      await this.#ports.claims.recordClaiming(claiming)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.#ports.logger.debug({ err: error, claiming }, 'a claim could not be recorded')
    }
  }
}
