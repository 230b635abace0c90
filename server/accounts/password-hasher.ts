import { randomToken } from '../base/index.ts'
import { hashPassword, verifyPassword } from './argon2.ts'
import type { HashCost } from './argon2.ts'
import { FairQueue } from './fair-queue.ts'
import type { Asker } from './fair-queue.ts'

export interface PasswordHasher {
  /** An argon2id hash with its parameters and salt in it. */
  hash(password: string, signal?: AbortSignal, asker?: Asker): Promise<string>
  /** Takes the same time where there is no hash to compare with. */
  verify(
    hashed: string | null | undefined,
    password: string,
    signal?: AbortSignal,
    asker?: Asker,
  ): Promise<boolean>
}

export interface PasswordHasherOptions {
  /** Hashes computed at once. Two leave half of Node's four pool threads to files and names. */
  atOnce?: number
  /** Hashes that may wait; one more is refused with `busy`. */
  waiting?: number
  /** Longest wait before `busy`, ms. */
  waitMs?: number
  /** Of new hashes. Tests take a small one. */
  cost?: HashCost
}

/** Computes on the thread pool, never on the event loop, and bounds what waits there, in fair turns. */
export function createPasswordHasher({
  atOnce = 2,
  waiting = 400,
  waitMs = 10_000,
  cost,
}: PasswordHasherOptions = {}): PasswordHasher {
  const queue = new FairQueue({ atOnce, waiting, waitMs })
  let decoy: Promise<string> | undefined

  return {
    hash: (password, signal, asker) => queue.run(() => hashPassword(password, cost), asker, signal),
    verify: (hashed, password, signal, asker) =>
      queue.run(
        async () => {
          if (typeof hashed === 'string') return verifyPassword(hashed, password)
          decoy ??= hashPassword(randomToken(), cost)
          await verifyPassword(await decoy, password)
          return false
        },
        asker,
        signal,
      ),
  }
}
