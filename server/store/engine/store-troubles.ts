import { sentenceOf } from '../../base/index.ts'
import type { Clock, Finding, Logger } from '../../base/index.ts'

/** `writes`: writes fail while reads work. `connections`: new connections are refused while open ones work. */
export type TroubleKind = 'writes' | 'connections'

interface Trouble {
  finding: Finding
  at: number
}

/** The trouble `connections` is over when no connection was refused for this long, ms. */
const forgottenAfterMs = 60_000

/** Keeps the reasons why only part of the store works, and logs when each of these troubles begins and ends. */
export class StoreTroubles {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #troubles = new Map<TroubleKind, Trouble>()

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  report(kind: TroubleKind, { problem, cure }: Pick<Finding, 'problem' | 'cure'>): void {
    const known = this.#troubles.get(kind)
    const code = `store-refuses-${kind}`
    const finding: Finding = { code, about: 'store', severity: 'error', problem, cure }
    this.#troubles.set(kind, { finding, at: this.#clock.monotonic() })
    if (known?.finding.problem !== problem) this.#logger.warn(sentenceOf(finding))
  }

  resolve(kind: TroubleKind): void {
    if (!this.#troubles.delete(kind)) return
    this.#logger.info(
      kind === 'writes' ? 'the store accepts writes again' : 'the store accepts new connections again',
    )
  }

  has(kind: TroubleKind): boolean {
    return this.#current(kind) !== undefined
  }

  /** The current troubles. */
  findings(): Finding[] {
    return (['writes', 'connections'] as const).flatMap((kind) => this.#current(kind)?.finding ?? [])
  }

  #current(kind: TroubleKind): Trouble | undefined {
    const trouble = this.#troubles.get(kind)
    if (kind === 'connections' && trouble && this.#clock.monotonic() - trouble.at > forgottenAfterMs) {
      this.resolve(kind)
      return undefined
    }
    return trouble
  }
}
