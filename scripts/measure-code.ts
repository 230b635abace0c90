// `npm run measure`: counts files and lines of product code per layer, and small files that only one other file
// imports.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const linesOf = (file: string): number => read(file).split('\n').length - 1

const isProduct = (file: string): boolean =>
  /^(?:protocol|server|web)\//.test(file) &&
  !/\.(?:test|contract)\.tsx?$/.test(file) &&
  !file.startsWith('web/locales/')
const files = globSync('{protocol,server,web,test,chaos,bench,scripts}/**/*.{ts,tsx}', { cwd: root })
const product = files.filter(isProduct)

/** The layer of a file: a file or folder directly below server/ or web/, or `protocol`. */
function layerOf(file: string): string {
  const [top = '', second = ''] = file.split('/')
  return top === 'protocol' ? top : `${top}/${second.replace(/\.tsx?$/, '')}`
}

function importersByFile(): Map<string, string[]> {
  const importers = new Map<string, string[]>()
  for (const file of product)
    for (const [, specifier = ''] of read(file).matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
      const target = normalize(join(dirname(file), specifier))
      importers.set(target, [...(importers.get(target) ?? []), file])
    }
  return importers
}

/** Files under 30 lines that one product file imports, without migrations and files that an index exports. */
function smallFiles(): string[] {
  const importers = importersByFile()
  return product.flatMap((file) => {
    if (linesOf(file) >= 30 || /index\.ts$|\/migrations\//.test(file)) return []
    const from = new Set(importers.get(file))
    return from.size === 1 && ![...from][0]?.endsWith('index.ts')
      ? [`${String(linesOf(file)).padStart(3)} ${file} <- ${[...from][0]}`]
      : []
  })
}

const layers = Map.groupBy(product, layerOf)
const rows = [...layers].toSorted(([a], [b]) => a.localeCompare(b)).concat([['total', product]])
for (const [layer, members] of rows) {
  const lines = members.reduce((sum, file) => sum + linesOf(file), 0)
  console.log(
    `${layer.padEnd(24)}${String(members.length).padStart(6)} files${String(lines).padStart(8)} lines`,
  )
}
const small = smallFiles()
console.log(`\nunder 30 lines with a single importer: ${small.length}`)
if (process.argv.includes('--list')) console.log(small.join('\n'))
