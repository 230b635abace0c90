import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  path: string
  fill(): void
  free(): void
  unmount(): void
}

/** Mounts a new disk of 24 MB. Undefined if this process may not mount disks. */
export function mountSmallDisk(): SmallDisk | undefined {
  if (process.getuid?.() !== 0) return undefined
  const path = mkdtempSync(join(tmpdir(), 'shoal-disk-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path]).status !== 0) {
    rmSync(path, { recursive: true })
    return undefined
  }
  chmodSync(path, 0o777)
  const filler = join(path, 'filler')
  return {
    path,
    fill() {
      const file = openSync(filler, 'w')
      try {
        for (const size of [65_536, 4096, 512, 1]) fillBy(file, Buffer.alloc(size))
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      spawnSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

function fillBy(file: number, piece: Buffer): void {
  try {
    for (;;) writeSync(file, piece)
  } catch {
    // There is no space for another piece of this size.
  }
}
