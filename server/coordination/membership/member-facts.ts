import { z } from 'zod'
import type { Member, MemberFacts } from './membership.ts'

// Other versions may send fewer, more or different facts. A fact that cannot be read gets a harmless value.
const facts = z.object({
  label: z.string().max(200).catch('?'),
  version: z.string().max(100).catch('?'),
  state: z.enum(['running', 'draining']).catch('running'),
  startedAt: z.number().catch(0),
  runs: z.number().catch(0),
  sockets: z.number().catch(0),
  fallbacks: z.number().catch(0),
  people: z.number().catch(0),
  revisions: z.record(z.string(), z.string()).catch({}),
  redis: z.boolean().catch(true),
  takeover: z.boolean().catch(true),
  claiming: z.boolean().catch(false),
})

export function encodeFacts(value: MemberFacts): string {
  return JSON.stringify(value)
}

/** Never fails: a member whose facts are missing or of another version is still a member. */
export function decodeMember(incarnation: string, json: string | undefined): Member {
  return { incarnation, ...facts.parse(readObject(json)) }
}

function readObject(json: string | undefined): object {
  try {
    const value: unknown = JSON.parse(json ?? '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  } catch {
    // The schema replaces all facts with its harmless values.
    return {}
  }
}
