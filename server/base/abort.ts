/** Thrown by `withDeadline`; `what` names the thing that was waited for. */
export class DeadlineError extends Error {
  override name = 'DeadlineError'
  constructor(what: string, ms: number) {
    super(`${what} did not answer within ${ms} ms`)
  }
}

/** Settles as `work` does, or rejects with a DeadlineError after `ms`. The work itself goes on unless it heeds a signal. */
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
