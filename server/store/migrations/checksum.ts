import { createHash } from 'node:crypto'
import { prefixes } from './migration.ts'
import type { Migration } from './migration.ts'

/**
 * What a step does on both engines, as one checksum, however its statements are laid out in the source. Two
 * commits may give one number to different steps; this tells them apart.
 */
export function checksumOf({ kind, oldestCode, statements }: Migration): string {
  const written = (['sqlite', 'postgres'] as const).map((engine) =>
    statements(prefixes[engine], () => 'nonce', engine).map((it) => it.replaceAll(/\s+/g, ' ').trim()),
  )
  return createHash('sha256')
    .update(JSON.stringify([kind, oldestCode, written]))
    .digest('hex')
}
