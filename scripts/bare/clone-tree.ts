import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

const source = join(import.meta.dirname, '../..')

/** Copies what a clone would have, with the changes of this working tree; nothing that was installed or built. */
export function cloneTree(target: string): void {
  mkdirSync(dirname(target), { recursive: true })
  // Without its files: those of the working tree come next. Where git refuses, the copy has no history.
  spawnSync('git', ['clone', '--quiet', '--depth=1', '--no-checkout', `file://${source}`, target])
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: source,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  for (const file of listed.split('\0')) {
    // A file that was removed is still listed until that is committed.
    if (file === '' || !existsSync(join(source, file))) continue
    mkdirSync(dirname(join(target, file)), { recursive: true })
    cpSync(join(source, file), join(target, file))
  }
}
