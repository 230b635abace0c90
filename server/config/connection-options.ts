import { z } from 'zod'
import { continues } from '../../protocol/http/connection-view.ts'
import type { Kind } from './variable.ts'

/** What OPENAI_API_CONFIGS may say of one connection. Open WebUI's further fields are let through unread. */
const options = z.object({
  name: z.string().max(100).optional(),
  prefix: z.string().max(100).optional(),
  prefix_id: z.string().max(100).optional(),
  enable: z.boolean().optional(),
  continues: continues.optional(),
})
export type ConnectionOptions = z.infer<typeof options>

const byPosition = z.record(z.string().regex(/^\d+$/, 'must be a position such as "0"'), options)

/** JSON keyed by position. Quotes may arrive escaped, as some deployment tools write them. */
export const connectionOptions: Kind<Map<number, ConnectionOptions>> = {
  type: 'JSON',
  parse(value) {
    const cure = 'write JSON by position, such as {"0": {"continues": "trailing"}}'
    const json = parseJson(value) ?? parseJson(value.replaceAll('\\"', '"'))
    if (json === undefined) return { problem: 'it is not valid JSON', cure }
    const parsed = byPosition.safeParse(json)
    if (parsed.success) {
      return { value: new Map(Object.entries(parsed.data).map(([key, entry]) => [Number(key), entry])) }
    }
    const issue = parsed.error.issues[0]
    return { problem: `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is wrong'}`, cure }
  },
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    // The caller says what is wrong with it.
    return undefined
  }
}
