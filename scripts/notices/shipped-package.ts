import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A third-party package that Shoal ships. */
export interface ShippedPackage {
  name: string
  version: string
  /** An SPDX expression. */
  license: string
  /** The texts of its licence and notices. */
  texts: string[]
  /** Where it runs. */
  parts: ('page' | 'server')[]
}

interface Manifest {
  name?: string
  version?: string
  license?: string | { type?: string }
  licenses?: { type?: string }[]
  author?: string | { name?: string }
}

/** Reads the package in a folder. Throws if it declares no licence, because someone must then check it. */
export function readShippedPackage(folder: string, part: 'page' | 'server'): ShippedPackage {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const { name, version, license, licenses } = manifest
  const spdx = typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type)
  if (!name || !version) throw new Error(`${folder}/package.json has no name or no version`)
  if (!spdx)
    throw new Error(
      `${name}@${version} declares no licence in package.json: check by hand whether it may be shipped`,
    )
  return { name, version, license: spdx, texts: textsOf(folder, manifest, spdx), parts: [part] }
}

function textsOf(folder: string, { author }: Manifest, spdx: string): string[] {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
  const texts = files
    .toSorted()
    .filter((file) => !/\.(js|ts|json)$/.test(file))
    // Cut the licences of dependencies that a build tool bundles for itself: they are not in its output.
    .map((file) => readFileSync(join(folder, file), 'utf8').split(/^# Licenses of bundled dependencies/m)[0]!)
    .map((text) => text.trim())
  if (texts.length > 0) return texts
  const authorName = typeof author === 'string' ? author : author?.name
  return [
    `The package has no file with its licence. It is under ${spdx}${authorName ? `, by ${authorName}` : ''}.`,
  ]
}

/** The folder of the package that a file belongs to; undefined for files outside of packages. */
export function packageFolderOf(file: string): string | undefined {
  const at = file.lastIndexOf('/node_modules/')
  if (at < 0) return undefined
  const parts = file.slice(at + '/node_modules/'.length).split('/')
  const name = parts[0]?.startsWith('@') ? parts.slice(0, 2) : parts.slice(0, 1)
  const folder = join(file.slice(0, at), 'node_modules', ...name)
  return existsSync(join(folder, 'package.json')) ? folder : undefined
}

interface Lock {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>
}

/**
 * The packages that the server needs at run time, from the lock file. Without `node`, because the image has its own.
 */
export function serverPackages(root: string): ShippedPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional && !isNode(path))
    .map(([path]) => join(root, path))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => readShippedPackage(folder, 'server'))
}

function isNode(path: string): boolean {
  return /^node(-bin-setup|-(linux|darwin|win|aix|sunos)[\w-]*)?$/.test(basename(path))
}

/** Merges entries with the same name and version, and sorts them by name. */
export function mergePackages(packages: readonly ShippedPackage[]): ShippedPackage[] {
  const found = new Map<string, ShippedPackage>()
  for (const it of packages) {
    const key = `${it.name}@${it.version}`
    const known = found.get(key)
    found.set(key, known ? { ...known, parts: [...new Set([...known.parts, ...it.parts])].toSorted() } : it)
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
