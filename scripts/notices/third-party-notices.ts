import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'
import { billOfMaterials, noticesText } from './bill-of-materials.ts'
import { mergePackages, packageFolderOf, readShippedPackage, serverPackages } from './shipped-package.ts'
import type { ShippedPackage } from './shipped-package.ts'

export interface NoticesOptions {
  /** The folder with package.json, package-lock.json and node_modules. */
  root: string
  /** The path of the bill of materials; the notices become a file of the page. */
  billFile: string
  /** Files with licences of components that are not packages, such as a font. */
  otherLicences?: { title: string; file: string }[]
}

export const noticesFile = 'third-party-notices.txt'

/**
 * A Vite plugin that lists, with each build, the third-party packages that Shoal ships: for the page, every package
 * with a module in the graph of the build; for the server, every package that it needs at run time.
 */
export function thirdPartyNotices({ root, billFile, otherLicences = [] }: NoticesOptions): Plugin {
  return {
    name: 'shoal:third-party-notices',
    apply: 'build',
    generateBundle(_options, bundle) {
      const styles = Object.values(bundle).map((it) => (it.type === 'asset' ? textOf(it.source) : ''))
      // Modules that build tools add are only in the chunks; style sheets are only in the graph.
      const inChunks = Object.values(bundle).flatMap((it) => (it.type === 'chunk' ? it.moduleIds : []))
      const page = pagePackages(root, [...this.getModuleIds(), ...inChunks], styles)
      const packages = mergePackages([...page, ...serverPackages(root)])
      const others = otherLicences.map(
        ({ title, file }) => `${title}\n\n${readFileSync(join(root, file), 'utf8').trim()}`,
      )
      this.emitFile({ type: 'asset', fileName: noticesFile, source: noticesText(packages, others) })
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
      mkdirSync(dirname(billFile), { recursive: true })
      writeFileSync(billFile, billOfMaterials(version, packages))
    },
  }
}

/** Modules that build tools add have no file; these patterns match their names to packages. */
const addedModules: [test: RegExp, name: string][] = [
  [/^\0?(vite|commonjsHelpers)\b/, 'vite'],
  [/^\0?rolldown\b/, 'rolldown'],
]

function pagePackages(root: string, moduleIds: string[], styles: string[]): ShippedPackage[] {
  const folders = new Set<string>()
  for (const id of moduleIds) {
    const folder = packageFolderOf(id.replace(/^\0/, '').replace(/\?.*$/, ''))
    const added = addedModules.find(([test]) => test.test(id))?.[1]
    if (folder) folders.add(folder)
    else if (added) folders.add(join(root, 'node_modules', added))
  }
  // No module imports Tailwind's style sheet: its plugin writes it into ours, with a comment that names it.
  if (styles.some((text) => text.includes('tailwindcss v')))
    folders.add(join(root, 'node_modules/tailwindcss'))
  return [...folders].map((folder) => readShippedPackage(folder, 'page'))
}

function textOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : Buffer.from(source).toString('latin1')
}
