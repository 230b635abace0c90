import { sentenceOf } from '../../base/index.ts'
import type { Clock, Finding, Logger } from '../../base/index.ts'

/** What works in part: `writes` fail while reads do not, or new `connections` are refused while open ones serve. */
export type TroubleKind = 'writes' | 'connections'

interface Trouble {
  finding: Finding
  at: number
}

/** A refused connection is forgotten after this long without another one, ms. */
const forgottenAfterMs = 60_000

/** Remembers why the store works only in part, and logs each trouble when it begins and when it is over. */
export class StoreTroubles {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #troubles = new Map<TroubleKind, Trouble>()

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  met(kind: TroubleKind, { problem, cure }: Pick<Finding, 'problem' | 'cure'>): void {
    const known = this.#troubles.get(kind)
    const code = `store-refuses-${kind}`
    const finding: Finding = { code, about: 'store', severity: 'error', problem, cure }
    this.#troubles.set(kind, { finding, at: this.#clock.monotonic() })
    if (known?.finding.problem !== problem) this.#logger.warn(sentenceOf(finding))
  }

  over(kind: TroubleKind): void {
    if (!this.#troubles.delete(kind)) return
    this.#logger.info(
      kind === 'writes' ? 'the store takes writes again' : 'the store takes new connections again',
    )
  }

  has(kind: TroubleKind): boolean {
    return this.#current(kind) !== undefined
  }

  /** What stands now. */
  findings(): Finding[] {
    return (['writes', 'connections'] as const).flatMap((kind) => this.#current(kind)?.finding ?? [])
  }

  #current(kind: TroubleKind): Trouble | undefined {
    const trouble = this.#troubles.get(kind)
    if (kind === 'connections' && trouble && this.#clock.monotonic() - trouble.at > forgottenAfterMs) {
      this.over(kind)
      return undefined
    }
    return trouble
  }
}
