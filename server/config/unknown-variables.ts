import { authorityVariables, ignoredVariables } from './ignored-variables.ts'

const shoalPrefix = /^(REDIS|WEBUI|DATABASE|OPENAI_API|OLLAMA|JWT|SHOAL|WEBSOCKET)_/
/** Prefixes that other programs use too: such a name is reported only if it resembles a known one. */
const commonPrefix =
  /^(ENABLE|DEFAULT|CORS|FORWARDED|AIOHTTP|RUN|SHUTDOWN|GLOBAL|LOG|TASK|MODELS|INSTANCE|DATA|PORT|HOST)(_|$)/
/** Variables that Kubernetes sets in every pod for a Service named `redis` or `shoal`. */
const serviceLink = /_SERVICE_(HOST|PORT(_[A-Z0-9_]{1,100})?)$|_PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?$/

/** Returns one warning for each ignored variable and each unknown name that resembles a variable of Shoal. */
export function reportUnknown(env: Record<string, string | undefined>, known: ReadonlySet<string>): string[] {
  const warnings: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '' || known.has(name)) continue
    const ignored =
      ignoredVariables.get(name) ?? (env['NODE_EXTRA_CA_CERTS'] ? undefined : authorityVariables.get(name))
    if (ignored !== undefined) {
      warnings.push(`${name} is ignored: ${ignored}`)
      continue
    }
    if (serviceLink.test(name) && /^(tcp|udp|\d+$|[\d.:a-f]+$)/.test(value)) continue
    const upper = name.toUpperCase()
    const near = nearest(upper, known)
    if (near !== undefined && (shoalPrefix.test(upper) || commonPrefix.test(upper))) {
      warnings.push(`${name} is not known: did you mean ${near}?`)
    } else if (shoalPrefix.test(upper)) {
      warnings.push(
        `${name} is not known and has no effect: look up the right name in docs/configuration.md, or remove it`,
      )
    }
  }
  return warnings
}

/** The known name with the smallest edit distance; undefined if none is close enough for the length of the name. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let limit = Math.min(4, Math.floor(name.length / 4)) + 1
  for (const candidate of known) {
    const steps = editDistance(name, candidate)
    if (steps < limit) {
      best = candidate
      limit = steps
    }
  }
  return best
}

/** The number of characters to insert, delete or replace (Levenshtein distance). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
