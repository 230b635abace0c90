import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../base/index.ts'

const day = 86_400_000

/**
 * The pause that a provider asks for, ms, at most a day: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), or
 * the finer `retry-after-ms` of OpenAI and Azure. Undefined when there is none that can be read.
 */
export function retryAfter(headers: IncomingHttpHeaders, clock: Clock): number | undefined {
  const fine = headers['retry-after-ms']
  const coarse = headers['retry-after']
  const ms = typeof fine === 'string' && /^\d+(\.\d+)?$/.test(fine) ? Number(fine) : undefined
  return bounded(ms ?? (coarse === undefined ? undefined : parseRetryAfter(coarse.trim(), clock)))
}

function parseRetryAfter(value: string, clock: Clock): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : at - clock.now()
}

function bounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(Math.min(Math.max(ms, 0), day))
}
