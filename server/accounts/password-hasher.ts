import { AppError } from '../../protocol/errors.ts'
import { randomToken } from '../base/index.ts'
import { hashPassword, verifyPassword } from './argon2.ts'

export interface PasswordHasher {
  /** An argon2id hash with its parameters and salt in it. */
  hash(password: string, signal?: AbortSignal): Promise<string>
  /** Takes the same time where there is no hash to compare with. */
  verify(hashed: string | undefined, password: string, signal?: AbortSignal): Promise<boolean>
}

export interface PasswordHasherOptions {
  /** Hashes computed at once. Two leave half of Node's four pool threads to files and names. */
  atOnce?: number
  /** Hashes that may wait; one more is refused with `busy`. */
  waiting?: number
  /** Longest wait before `busy`, ms. */
  waitMs?: number
}

/** Computes on the thread pool, never on the event loop, and bounds what waits there. */
export function createPasswordHasher({
  atOnce = 2,
  waiting = 64,
  waitMs = 10_000,
}: PasswordHasherOptions = {}): PasswordHasher {
  const queue = createQueue({ atOnce, waiting, waitMs })
  let decoy: Promise<string> | undefined

  return {
    hash: (password, signal) => queue(() => hashPassword(password), signal),
    verify: (hashed, password, signal) =>
      queue(async () => {
        if (hashed !== undefined) return verifyPassword(hashed, password)
        decoy ??= hashPassword(randomToken())
        await verifyPassword(await decoy, password)
        return false
      }, signal),
  }
}

type Queue = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>

function createQueue({ atOnce, waiting, waitMs }: Required<PasswordHasherOptions>): Queue {
  const turns: (() => void)[] = []
  let running = 0

  function takeTurn(signal: AbortSignal | undefined): Promise<void> {
    if (running < atOnce) {
      running++
      return Promise.resolve()
    }
    if (turns.length >= waiting) throw tooBusy()
    return new Promise((resolve, reject) => {
      const leave = (error: unknown): void => {
        const place = turns.indexOf(turn)
        if (place >= 0) turns.splice(place, 1)
        clearTimeout(timer)
        signal?.removeEventListener('abort', gone)
        reject(error instanceof Error ? error : new Error('gone', { cause: error }))
      }
      const turn = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', gone)
        resolve()
      }
      const gone = (): void => leave(signal?.reason)
      const timer = setTimeout(() => leave(tooBusy()), waitMs)
      signal?.addEventListener('abort', gone)
      turns.push(turn)
    })
  }

  return async (work, signal) => {
    signal?.throwIfAborted()
    await takeTurn(signal)
    try {
      return await work()
    } finally {
      // The place goes to the next one without being free in between.
      const next = turns.shift()
      if (next) next()
      else running--
    }
  }
}

function tooBusy(): AppError {
  return new AppError('busy', { retryAfterMs: 1000 })
}
