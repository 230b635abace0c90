import { AppError } from '../../protocol/index.ts'
import { sleep } from '../base/index.ts'
import type { Clock } from '../base/index.ts'
import type { CutOff } from './cut-off.ts'
import type { Services } from './services.ts'

/** How far an instance has come, and what keeps it from being ready. */
export class InstanceState {
  readonly #clock: Clock
  #services: Services | undefined
  readonly #served = Promise.withResolvers<void>()
  /** While the store is looked for. */
  storeProblem: string | undefined = 'the database has not been reached yet'
  /** Another installation or another secret was met. */
  installationProblem: string | undefined
  /** Somebody without this installation's secret writes under its Redis prefix. */
  prefixWarning: string | undefined
  /** Instances on the same database use another Redis prefix. */
  otherPrefix: string | undefined
  draining = false
  /** Absent where the store is this process's own. */
  cutOff: CutOff | undefined
  /** The store's time up to which revocations were applied. */
  revocationsRead = 0
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get clock(): Clock {
    return this.#clock
  }

  /** Throws `store_unavailable` until the store was found. */
  services(): Services {
    if (this.#services) return this.#services
    throw new AppError('store_unavailable', {
      // What keeps it is in the log: it may name the database's address, and anybody may be asking.
      message: 'This instance is starting. Try again in a moment.',
      retryAfterMs: 1000,
    })
  }

  get started(): Services | undefined {
    return this.#services
  }

  /** Resolves when the store was found, at once afterwards, and after `ms` in any case. */
  async startedWithin(ms: number): Promise<void> {
    if (!this.#services) await Promise.race([this.#served.promise, sleep(ms)])
  }

  serve(services: Services): void {
    this.#services = services
    this.#served.resolve()
  }

  /** Tells the fleet how much this instance does; once a second is enough for people. */
  loads(tell: () => void): void {
    this.#timer = setInterval(tell, 1000)
    this.#timer.unref()
  }

  stopTelling(): void {
    clearInterval(this.#timer)
  }
}
