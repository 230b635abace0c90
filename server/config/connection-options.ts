import { z } from 'zod'
import { limits } from '../../protocol/index.ts'
import { continues } from '../../protocol/http/connections.ts'
import type { Kind } from './variable.ts'

/** The options of one connection in OPENAI_API_CONFIGS or OLLAMA_API_CONFIGS. */
const options = z.looseObject({
  name: z.string().max(100).nullish(),
  prefix: z.string().max(50).nullish(),
  prefix_id: z.string().max(50).nullish(),
  enable: z.boolean().nullish(),
  continues: continues.nullish(),
  model_ids: z.array(z.string().trim().min(1).max(limits.model)).max(1000).nullish(),
  openai_params_only: z.boolean().nullish(),
  auth_type: z.string().nullish(),
  key: z.string().max(4000).nullish(),
})
export type ConnectionOptions = z.infer<typeof options>

const supported = new Set(Object.keys(options.shape))

const byPositionOrAddress = z.record(z.string(), options)

/** The options of every connection, under the keys as the operator wrote them: positions or addresses. */
export type AllConnectionOptions = ReadonlyMap<string, ConnectionOptions>

/** JSON keyed by position or by address. Also accepts escaped quotes, which some deployment tools write. */
export const connectionOptions: Kind<AllConnectionOptions> = {
  type: 'JSON',
  parse(value) {
    const cure = 'write JSON by position, such as {"0": {"continues": "trailing"}}'
    const json = parseJson(value) ?? parseJson(value.replaceAll('\\"', '"'))
    if (json === undefined) return { problem: 'the value is not valid JSON', cure }
    const parsed = byPositionOrAddress.safeParse(json)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return { problem: `${issue?.path.join('.') || 'the value'}: ${issue?.message ?? 'is not valid'}`, cure }
    }
    const wrong = Object.keys(parsed.data).find((key) => !isPosition(key) && !URL.canParse(key))
    if (wrong === undefined) return { value: new Map(Object.entries(parsed.data)) }
    return { problem: `"${wrong}" is neither a position such as "0" nor an address`, cure }
  },
}

export const isPosition = (key: string): boolean => /^\d+$/.test(key)

/** Names of options that are set but have no effect here; without `api_version`, which has its own warning. */
export function ignoredOptions(given: ConnectionOptions): string[] {
  return Object.entries(given)
    .filter(([name, value]) => !supported.has(name) && name !== 'api_version' && !isEmpty(value))
    .map(([name]) => name)
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** The same JSON with `***` in place of values that may be secret. */
export function withoutKeys(value: string): string {
  const json = parseJson(value) ?? parseJson(value.replaceAll('\\"', '"'))
  if (json === undefined) return '***'
  return JSON.stringify(json, (name, entry: unknown) =>
    /key|headers|secret|token|password/i.test(name) ? '***' : entry,
  )
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    // The caller reports that the JSON is not valid.
    return undefined
  }
}
