import { createHash } from 'node:crypto'
import { prefixes } from './migration.ts'
import type { Migration } from './migration.ts'

/**
 * A checksum of what a step does on both engines; the layout of its statements in the source does not matter. It
 * distinguishes different steps to which two commits gave the same number.
 */
export function checksumOf({ kind, oldestCode, statements }: Migration): string {
  const written = (['sqlite', 'postgres'] as const).map((engine) =>
    statements(prefixes[engine], () => 'nonce', engine).map((it) => it.replaceAll(/\s+/g, ' ').trim()),
  )
  return createHash('sha256')
    .update(JSON.stringify([kind, oldestCode, written]))
    .digest('hex')
}
