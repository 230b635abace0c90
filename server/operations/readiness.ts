import type { Clock, Finding, Logger } from '../base/index.ts'
import { sentenceOf, withDeadline } from '../base/index.ts'

type Found = Finding | Finding[] | undefined

export interface ReadinessCheck {
  name: string
  /** Resolves with undefined or an empty array if there is no problem. A rejection counts as a problem. */
  check: (signal: AbortSignal) => Promise<Found> | Found
  /** If false, a problem is reported but does not keep traffic away, as for Redis. Default true. */
  required?: boolean
}

export interface ReadinessState {
  ready: boolean
  checks: { name: string; ok: boolean; problem?: string }[]
}

export interface ReadinessOptions {
  clock: Clock
  logger: Logger
  /** Maximum duration of each check, ms. */
  deadlineMs?: number
  /** A result is reused for this long, ms, so that many requests to `/ready` do not load the store. */
  freshMs?: number
}

/** Returns the function that decides whether this instance may receive traffic. It never rejects. */
export function createReadiness(
  checks: readonly ReadinessCheck[],
  { clock, logger, deadlineMs = 1000, freshMs = 250 }: ReadinessOptions,
): () => Promise<ReadinessState> {
  let latest: { at: number; state: Promise<ReadinessState> } | undefined
  const failures = new FailureLog(logger)
  return () => {
    const now = clock.monotonic()
    if (!latest || now - latest.at >= freshMs)
      latest = { at: now, state: runChecks(checks, deadlineMs, failures) }
    return latest.state
  }
}

/** Logs when a check begins to reject and when that ends. Checks that return a problem have already logged it. */
class FailureLog {
  readonly #logger: Logger
  readonly #failing = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  failed(name: string, error: unknown): void {
    if (this.#failing.has(name)) return
    this.#failing.add(name)
    this.#logger.warn({ err: error, check: name }, 'a readiness check fails')
  }

  passed(name: string): void {
    if (this.#failing.delete(name)) this.#logger.info({ check: name }, 'a readiness check passes again')
  }
}

async function runChecks(
  checks: readonly ReadinessCheck[],
  deadlineMs: number,
  failures: FailureLog,
): Promise<ReadinessState> {
  const results = await Promise.all(
    checks.map(async ({ name, check, required = true }) => {
      const problem = await problemOf(name, check, { deadlineMs, failures })
      const result = problem === undefined ? { name, ok: true } : { name, ok: false, problem }
      return { result, blocks: problem !== undefined && required }
    }),
  )
  return { ready: !results.some(({ blocks }) => blocks), checks: results.map(({ result }) => result) }
}

async function problemOf(
  name: string,
  check: ReadinessCheck['check'],
  { deadlineMs, failures }: { deadlineMs: number; failures: FailureLog },
): Promise<string | undefined> {
  const abort = new AbortController()
  try {
    const found = await withDeadline<Found>(
      Promise.resolve().then(() => check(abort.signal)),
      deadlineMs,
      name,
    )
    failures.passed(name)
    const findings = found === undefined ? [] : [found].flat()
    return findings.length === 0 ? undefined : findings.map(sentenceOf).join('; ')
  } catch (error) {
    failures.failed(name, error)
    abort.abort(error)
    return error instanceof Error ? error.message : String(error)
  }
}
