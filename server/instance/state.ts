import { AppError } from '../../protocol/index.ts'
import { sleep } from '../base/index.ts'
import type { CutOff, InstallationFindings } from '../operations/index.ts'
import type { Services } from './services.ts'

/** The progress of an instance's start, and the problems that keep it from being ready. */
export class InstanceState {
  #services: Services | undefined
  readonly #servicesReady = Promise.withResolvers<void>()
  /** Why the store has not been found yet. */
  storeProblem: string | undefined = 'the database has not been reached yet'
  /** Updated by `detectOtherInstallation`. */
  readonly findings: InstallationFindings = {}
  draining = false
  /** Absent for an embedded store, from which the instance cannot be cut off. */
  cutOff: CutOff | undefined

  /** Throws `store_unavailable` until the store has been found. */
  services(): Services {
    if (this.#services) return this.#services
    throw new AppError('store_unavailable', {
      // The reason is only in the log, because it may contain the database's address and this message is public.
      message: 'This instance is starting. Try again in a moment.',
      retryAfterMs: 1000,
    })
  }

  get started(): Services | undefined {
    return this.#services
  }

  /** Resolves when the store has been found, or after `ms` milliseconds. */
  async waitUntilStarted(ms: number): Promise<void> {
    if (!this.#services) await Promise.race([this.#servicesReady.promise, sleep(ms)])
  }

  serve(services: Services): void {
    this.#services = services
    this.#servicesReady.resolve()
  }
}
