import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findProgram, pathWithServers } from '../test/support/find-program.ts'
import { packageSets } from './package-sets.ts'
import type { PackageSet, SystemPackage } from './package-sets.ts'

/**
 * Installs missing packages of these sets, if this process is root on Debian. Otherwise it prints the packages and the
 * command that installs them. Returns false if packages are still missing.
 */
export function ensureSystemPackages(...sets: PackageSet[]): boolean {
  // So that servers are found by name, also for a regular user.
  process.env['PATH'] = pathWithServers()
  const wanted = packagesOf(sets).filter(({ isInstalled }) => !isInstalled())
  const missing = wanted.filter((it) => !isAvailable(it))
  if (missing.length === 0 && (wanted.length === 0 || !mayInstall())) return true
  if (!mayInstall()) {
    console.error(howToInstall(missing))
    return false
  }
  if (missing.length > 0) console.log(`Installing the missing packages: ${namesOf(missing)}`)
  // If only preferred packages are missing and their substitutes are installed, do not wait long.
  install(wanted, missing.length === 0 ? { timeout: 60_000 } : {})
  const still = missing.filter((it) => !isAvailable(it))
  if (still.length > 0) console.error(`Still missing after the installation: ${namesOf(still)}`)
  return still.length === 0
}

/** The same for optional packages: prints those that are still missing; the command then skips what needs them. */
export function offerSystemPackages(...sets: PackageSet[]): void {
  process.env['PATH'] = pathWithServers()
  const missing = packagesOf(sets).filter((it) => !isAvailable(it))
  if (missing.length === 0) return
  if (mayInstall()) {
    console.log(`Installing the missing packages: ${namesOf(missing)}`)
    install(missing)
  }
  const still = missing.filter((it) => !isAvailable(it))
  if (still.length > 0) console.error(`${howToInstall(still)}\nSteps that need them are skipped.\n`)
}

function packagesOf(sets: PackageSet[]): SystemPackage[] {
  const all = sets.flatMap((set): SystemPackage[] => packageSets[set])
  return all.filter(({ name }, index) => all.findIndex((it) => it.name === name) === index)
}

const namesOf = (packages: SystemPackage[]): string => packages.map(({ name }) => name).join(', ')

const isAvailable = ({ isInstalled, substitute }: SystemPackage): boolean =>
  isInstalled() || substitute?.isInstalled() === true

const mayInstall = (): boolean => process.getuid?.() === 0 && findProgram('apt-get') !== undefined

function howToInstall(missing: SystemPackage[]): string {
  const line = missing.map(({ name }) => name).join(' ')
  return findProgram('apt-get') === undefined
    ? `Missing packages: ${namesOf(missing)}. These are Debian's names; install them with this system's package manager first.`
    : `Missing packages: ${namesOf(missing)}. Install them first:\n\n  sudo apt-get install --no-install-recommends ${line}\n`
}

/** Installs packages without starting their services, because our commands start their own servers. */
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
    const names = wanted.flatMap(({ name, substitute }) => {
      if (isKnown(name)) return [name]
      return !substitute || substitute.isInstalled() ? [] : [substitute.name]
    })
    const args = ['install', '-y', '-qq', '--no-install-recommends', ...names]
    if (names.length > 0) spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env })
  } finally {
    if (ours) execFileSync('rm', ['-f', policy])
  }
}

/** Whether Debian has a package of this name. Call it after `apt-get update`. */
function isKnown(name: string): boolean {
  const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' })
  return /Candidate: (?!\(none\))/.test(stdout ?? '')
}
