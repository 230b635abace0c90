import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, readdirSync } from 'node:fs'

interface Tool {
  package: string
  present: () => boolean
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
  { package: 'chromium', present: () => onPath('chromium') },
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

/**
 * Finds or installs what the tests start. As root on Debian it installs, saying what; otherwise it says what to
 * install. False: something is missing.
 */
export function ensureSystemPackages(): boolean {
  const missing = tools.filter(({ present }) => !present()).map((tool) => tool.package)
  if (missing.length === 0) return true
  const line = `apt-get install --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    console.error(`The tests need ${missing.join(', ')}. Install them first:\n\n  sudo ${line}\n`)
    return false
  }
  console.log(`Installing what the tests start: ${missing.join(', ')}`)
  // Debian starts a service with its package; the tests start their own and leave the machine's alone.
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) execFileSync('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod +x ${policy}`])
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
    const args = ['install', '-y', '-qq', '--no-install-recommends', ...missing]
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env })
  } finally {
    if (ours) execFileSync('rm', ['-f', policy])
  }
  const still = tools.filter(({ present }) => !present()).map((tool) => tool.package)
  if (still.length > 0) console.error(`Still missing after the installation: ${still.join(', ')}`)
  return still.length === 0
}
