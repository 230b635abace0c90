/** Thrown when a deadline passes; `what` names the service or work that did not finish. */
export class DeadlineError extends Error {
  override name = 'DeadlineError'
  constructor(what: string, ms: number) {
    super(`${what} did not answer within ${ms} ms`)
  }
}

/** Settles as `work` does, or rejects with a DeadlineError after `ms`. This does not cancel the work. */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
