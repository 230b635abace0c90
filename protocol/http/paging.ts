import { z } from 'zod'
import { limits } from '../limits.ts'

/** Lists have pages. For the next page, set `cursor` to the `next` of the page before. */
export const pageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
})

export function page<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

export const okResponse = z.object({ ok: z.literal(true) })
