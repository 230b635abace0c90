import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { aptOptions, debianMirror } from './host-settings.ts'
import { runLine } from './machine-shell.ts'
import type { BareMachine } from './machines.ts'

/** Cache of built systems and downloaded Node versions. */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'shoal-bare')

/** An older system is built again, to include Debian's updates. */
const maxAgeDays = 30

/**
 * Returns the root folder of a minimal Debian with these additional packages, and builds it if needed. Copy it; do not
 * change it. It has a regular user `ann` with a home folder.
 */
export async function debianBase(debian: BareMachine['debian'], packages: string[] = []): Promise<string> {
  const path = join(cacheFolder, [debian, ...packages].join('+'))
  if (ageInDays(path) < maxAgeDays) return path
  mkdirSync(cacheFolder, { recursive: true, mode: 0o755 })
  const draft = `${path}.part-${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  try {
    if (packages.length === 0) await bootstrap(debian, draft)
    else await install(await debianBase(debian), packages, draft)
    rmSync(path, { recursive: true, force: true })
    renameSync(draft, path)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return path
}

function ageInDays(path: string): number {
  const found = statSync(`${path}/etc/shoal-built`, { throwIfNoEntry: false })
  return found ? (Date.now() - found.mtimeMs) / 86_400_000 : Infinity
}

async function bootstrap(debian: string, root: string): Promise<void> {
  const mirror = debianMirror()
  const args = ['--variant=minbase', debian, root, ...(mirror === undefined ? [] : [mirror])]
  const { status, stdout, stderr, error } = spawnSync('debootstrap', args, {
    encoding: 'utf8',
    timeout: 900_000,
  })
  if (status !== 0)
    throw new Error(
      `debootstrap ${args.join(' ')}: ${error?.message ?? ''}\n${(stdout + stderr).slice(-2000)}`,
    )
  writeFileSync(join(root, 'etc/apt/apt.conf.d/99-as-on-the-host'), aptOptions())
  await runLine({ root, line: 'useradd --create-home --shell /bin/bash ann && apt-get clean' })
  writeFileSync(join(root, 'etc/shoal-built'), '')
}

async function install(base: string, packages: string[], root: string): Promise<void> {
  copyRoot(base, root)
  copyNetworkFiles(root)
  const names = packages.join(' ')
  await runLine({
    root,
    line: `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${names} && apt-get clean`,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
}

/** Copies with owners, modes and links; if the file system supports it, without copying the data. */
export function copyRoot(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', '--reflink=auto', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`cp ${from} ${to}: ${stderr}`)
}

/** Copies the current name resolution settings of this machine. */
export function copyNetworkFiles(root: string): void {
  for (const file of ['/etc/resolv.conf', '/etc/hosts'])
    cpSync(file, join(root, file), { dereference: true, force: true })
}
