import { randomToken } from '../base/index.ts'
import { hashPassword, verifyPassword } from './argon2.ts'
import type { HashCost } from './argon2.ts'
import { FairQueue } from './fair-queue.ts'
import type { Requester } from './fair-queue.ts'

export interface PasswordHasher {
  /** Returns an argon2id hash that contains its parameters and salt. */
  hash(password: string, signal?: AbortSignal, requester?: Requester): Promise<string>
  /** Takes the same time if there is no hash, so that the duration does not reveal whether an account exists. */
  verify(
    hashed: string | null | undefined,
    password: string,
    signal?: AbortSignal,
    requester?: Requester,
  ): Promise<boolean>
}

export interface PasswordHasherOptions {
  /**
   * Maximum number of concurrent hashes. Two leave half of Node's four pool threads for file access and DNS lookups.
   */
  concurrency?: number
  /** Maximum number of hashes that may wait; beyond it, a waiting one is rejected with `busy`. */
  maxWaiting?: number
  /** Longest wait before `busy`, ms. */
  maxWaitMs?: number
  /** The cost of new hashes. Tests use a small one. */
  cost?: HashCost
}

/** Hashes on the thread pool, never on the event loop, and limits the waiting hashes with a fair queue. */
export function createPasswordHasher({
  concurrency = 2,
  maxWaiting = 400,
  maxWaitMs = 10_000,
  cost,
}: PasswordHasherOptions = {}): PasswordHasher {
  const queue = new FairQueue({ concurrency, maxWaiting, maxWaitMs })
  let decoy: Promise<string> | undefined

  return {
    hash: (password, signal, requester) => queue.run(() => hashPassword(password, cost), requester, signal),
    verify: (hashed, password, signal, requester) =>
      queue.run(
        async () => {
          if (typeof hashed === 'string') return verifyPassword(hashed, password)
          decoy ??= hashPassword(randomToken(), cost)
          await verifyPassword(await decoy, password)
          return false
        },
        requester,
        signal,
      ),
  }
}
