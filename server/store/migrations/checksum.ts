import { createHash } from 'node:crypto'
import type { Migration } from './migration.ts'

/**
 * What a step does, as a checksum: the same on both engines, and however its statements are laid out in the source. Two
 * commits may give one number to different steps; this tells them apart.
 */
export function checksumOf({ kind, oldestCode, statements }: Migration): string {
  const written = ['', 'shoal.'].map((prefix) =>
    statements(prefix, () => 'nonce').map((it) => it.replaceAll(/\s+/g, ' ').trim()),
  )
  return createHash('sha256')
    .update(JSON.stringify([kind, oldestCode, written]))
    .digest('hex')
}
