import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, readdirSync } from 'node:fs'

interface Tool {
  package: string
  present: () => boolean
  /** Another package that does as well, if slower: where it is there, or Debian does not have the first. */
  otherwise?: Tool
}

const onPath = (name: string): boolean =>
  [
    '/usr/bin',
    '/usr/sbin',
    '/usr/local/bin',
    '/bin',
    '/sbin',
    ...(process.env['PATH'] ?? '').split(':'),
  ].some((folder) => existsSync(`${folder}/${name}`))

/** What the tests start: from Debian's packages, without their services. */
const tools: Tool[] = [
  { package: 'redis-server', present: () => onPath('redis-server') && onPath('redis-cli') },
  { package: 'redis-sentinel', present: () => onPath('redis-sentinel') },
  { package: 'postgresql', present: () => globSync('/usr/lib/postgresql/*/bin/initdb').length > 0 },
  { package: 'nginx', present: () => onPath('nginx') },
  { package: 'openssl', present: () => onPath('openssl') },
  {
    package: 'chromium-headless-shell',
    present: () => onPath('chromium-headless-shell'),
    otherwise: { package: 'chromium', present: () => onPath('chromium') },
  },
  {
    package: 'fonts-noto-core',
    present: () =>
      existsSync('/usr/share/fonts/truetype/noto') &&
      readdirSync('/usr/share/fonts/truetype/noto').length > 5,
  },
  {
    package: 'fonts-noto-color-emoji',
    present: () => existsSync('/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf'),
  },
]

const serves = ({ present, otherwise }: Tool): boolean => present() || otherwise?.present() === true

/** Whether Debian has a package of this name; asked after its lists are up to date. */
function isKnown(name: string): boolean {
  const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' })
  return /Candidate: (?!\(none\))/.test(stdout ?? '')
}

/**
 * Finds or installs what the tests start. As root on Debian it installs, saying what; otherwise it says what to
 * install. False: something is missing.
 */
export function ensureSystemPackages(): boolean {
  const wanted = tools.filter(({ present }) => !present())
  const missing = wanted.filter((tool) => !serves(tool)).map((tool) => tool.package)
  const mayInstall = process.getuid?.() === 0 && onPath('apt-get')
  if (missing.length === 0 && (wanted.length === 0 || !mayInstall)) return true
  if (!mayInstall) {
    const line = `apt-get install --no-install-recommends ${missing.join(' ')}`
    console.error(`The tests need ${missing.join(', ')}. Install them first:\n\n  sudo ${line}\n`)
    return false
  }
  // Debian starts a service with its package; the tests start their own and leave the machine's alone.
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) execFileSync('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod +x ${policy}`])
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    // What is only better to have is not waited for.
    const timeout = missing.length === 0 ? { timeout: 60_000 } : {}
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env, ...timeout })
    const names = wanted.flatMap((tool) => {
      if (!tool.otherwise || isKnown(tool.package)) return [tool.package]
      return tool.otherwise.present() ? [] : [tool.otherwise.package]
    })
    console.log(`Installing what the tests start: ${names.join(', ')}`)
    const args = ['install', '-y', '-qq', '--no-install-recommends', ...names]
    if (names.length > 0) spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env })
  } finally {
    if (ours) execFileSync('rm', ['-f', policy])
  }
  const still = tools.filter((tool) => !serves(tool)).map((tool) => tool.package)
  if (still.length > 0) console.error(`Still missing after the installation: ${still.join(', ')}`)
  return still.length === 0
}
