import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findProgram, pathWithServers } from '../test/support/find-program.ts'
import { packageSets } from './package-sets.ts'
import type { PackageSet, SystemPackage } from './package-sets.ts'

/**
 * Installs what is missing of these sets: as root on Debian. Elsewhere it names the packages and the command that
 * installs them. False: something is missing.
 */
export function ensureSystemPackages(...sets: PackageSet[]): boolean {
  // Whoever starts a server by its name finds it, as a regular user too.
  process.env['PATH'] = pathWithServers()
  const wanted = packagesOf(sets).filter(({ present }) => !present())
  const missing = wanted.filter((it) => !serves(it))
  if (missing.length === 0 && (wanted.length === 0 || !mayInstall())) return true
  if (!mayInstall()) {
    console.error(howToInstall(missing))
    return false
  }
  if (missing.length > 0) console.log(`Installing the missing packages: ${namesOf(missing)}`)
  // What is only better to have is not waited for.
  install(wanted, missing.length === 0 ? { timeout: 60_000 } : {})
  const still = missing.filter((it) => !serves(it))
  if (still.length > 0) console.error(`Still missing after the installation: ${namesOf(still)}`)
  return still.length === 0
}

/** The same for what a command can do without: it names what is missing, and skips what needs it. */
export function offerSystemPackages(...sets: PackageSet[]): void {
  process.env['PATH'] = pathWithServers()
  const missing = packagesOf(sets).filter((it) => !serves(it))
  if (missing.length === 0) return
  if (mayInstall()) {
    console.log(`Installing the missing packages: ${namesOf(missing)}`)
    install(missing)
  }
  const still = missing.filter((it) => !serves(it))
  if (still.length > 0) console.error(`${howToInstall(still)}\nWhat needs them is skipped.\n`)
}

function packagesOf(sets: PackageSet[]): SystemPackage[] {
  const all = sets.flatMap((set): SystemPackage[] => packageSets[set])
  return all.filter(({ name }, index) => all.findIndex((it) => it.name === name) === index)
}

const namesOf = (packages: SystemPackage[]): string => packages.map(({ name }) => name).join(', ')

const serves = ({ present, otherwise }: SystemPackage): boolean => present() || otherwise?.present() === true

const mayInstall = (): boolean => process.getuid?.() === 0 && findProgram('apt-get') !== undefined

function howToInstall(missing: SystemPackage[]): string {
  const line = missing.map(({ name }) => name).join(' ')
  return findProgram('apt-get') === undefined
    ? `Missing packages: ${namesOf(missing)}. These are Debian's names; install them with this system's package manager first.`
    : `Missing packages: ${namesOf(missing)}. Install them first:\n\n  sudo apt-get install --no-install-recommends ${line}\n`
}

/** Debian starts a service with its package; whoever needs one here starts its own. */
function install(wanted: SystemPackage[], { timeout }: { timeout?: number } = {}): void {
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) execFileSync('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod +x ${policy}`])
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], {
      stdio: 'inherit',
      env,
      ...(timeout === undefined ? {} : { timeout }),
    })
    const names = wanted.flatMap(({ name, otherwise }) => {
      if (isKnown(name)) return [name]
      return !otherwise || otherwise.present() ? [] : [otherwise.name]
    })
    const args = ['install', '-y', '-qq', '--no-install-recommends', ...names]
    if (names.length > 0) spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env })
  } finally {
    if (ours) execFileSync('rm', ['-f', policy])
  }
}

/** Whether Debian has a package of this name; asked after its lists are up to date. */
function isKnown(name: string): boolean {
  const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' })
  return /Candidate: (?!\(none\))/.test(stdout ?? '')
}
