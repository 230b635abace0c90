import { AppError } from '../../protocol/index.ts'
import { sleep } from '../base/index.ts'
import type { CutOff, InstallationFindings } from '../operations/index.ts'
import type { Services } from './services.ts'

/** How far an instance has come, and what keeps it from being ready. */
export class InstanceState {
  #services: Services | undefined
  readonly #served = Promise.withResolvers<void>()
  /** While the store is looked for. */
  storeProblem: string | undefined = 'the database has not been reached yet'
  /** Kept up to date by the comparison of installations. */
  readonly findings: InstallationFindings = {}
  draining = false
  /** Absent where the store is this process's own. */
  cutOff: CutOff | undefined

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
}
