import type { z } from 'zod'
import { AppError } from '../../protocol/index.ts'
import type { BrokenRule } from '../../protocol/index.ts'

/**
 * Parses `value` with `schema` and drops unknown fields. Throws `bad_request` with the name of the first wrong field
 * and what it must be, or `too_large` with the limit. The message never contains the value.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  whole: string,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  if (!issue) throw new AppError('bad_request', { field: whole })
  const field = issue.path.length === 0 ? whole : issue.path.map(String).join('.')
  if (issue.path.length === 0 && value === undefined) {
    throw new AppError('bad_request', {
      field,
      message: 'A JSON body is required. Send it with "Content-Type: application/json".',
    })
  }
  const missing = valueAt(value, issue.path) === undefined
  throw new AppError(isTooLong(issue) ? 'too_large' : 'bad_request', {
    field,
    message: `${field} ${cureOf(issue, missing)}.`,
    rule: ruleOf(issue, missing),
  })
}

function isTooLong(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'too_big' && (issue.origin === 'string' || issue.origin === 'array')
}

/** The broken rule for clients that say it in their own language. */
function ruleOf(issue: z.core.$ZodIssue, missing: boolean): BrokenRule {
  if (missing) return { name: 'required' }
  switch (issue.code) {
    case 'too_big':
      return { name: boundRule('max', issue.origin), limit: Number(issue.maximum) }
    case 'too_small':
      return issue.origin === 'string' && Number(issue.minimum) === 1
        ? { name: 'not_empty' }
        : { name: boundRule('min', issue.origin), limit: Number(issue.minimum) }
    case 'invalid_format':
      return { name: formatRules[issue.format] ?? 'invalid' }
    case 'invalid_union': {
      const first = issue.errors[0]?.[0]
      return first ? ruleOf(first, false) : { name: 'invalid' }
    }
    case 'invalid_type':
    case 'invalid_value':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
    default:
      return { name: 'invalid' }
  }
}

const formatRules: Partial<Record<string, BrokenRule['name']>> = { url: 'http_address', email: 'email' }

function boundRule(side: 'min' | 'max', origin: string): BrokenRule['name'] {
  if (origin === 'string') return `${side}_characters`
  return origin === 'array' ? `${side}_entries` : side
}

function cureOf(issue: z.core.$ZodIssue, missing: boolean): string {
  // Messages that the protocol defines are used as they are. Zod's own messages begin with one of these words.
  if (!/^(Invalid|Too|Unrecognized|Expected)/.test(issue.message)) return issue.message
  if (missing) return 'is required'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(issue.expected)}`
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((it) => JSON.stringify(it)).join(', ')}`
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)
    case 'invalid_format':
      return `must be a valid ${issue.format}`
    case 'invalid_union': {
      const first = issue.errors[0]?.[0]
      return first ? cureOf(first, false) : 'does not match any of the allowed formats'
    }
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
    default:
      return 'is not valid'
  }
}

function article(expected: string): string {
  if (expected === 'int') return 'an integer'
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`
}

function bound(origin: string, side: string, limit: number | bigint): string {
  if (origin === 'string') return `must have ${side} ${limit} characters`
  if (origin === 'array') return `must have ${side} ${limit} entries`
  return `must be ${side} ${limit}`
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = Reflect.get(at, key)
  }
  return at
}
