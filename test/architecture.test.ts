import { existsSync, readFileSync } from 'node:fs'
import { globSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { operations } from '../protocol/http/index.ts'
import { measureCode } from './support/code-measures.ts'

const root = join(import.meta.dirname, '..')
const roots = ['protocol', 'server', 'web', 'test', 'chaos', 'bench', 'scripts'] as const

/** The table of ARCHITECTURE.md: each layer with the layers that it may import. */
function readTable(): Map<string, string[]> {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const rows = text.match(/^\| (?!layer|---)[^|]+\|[^|]*\|$/gm) ?? []
  return new Map(
    rows.map((row) => {
      const [layer = '', may = ''] = row.split('|').slice(1, 3)
      return [
        layer.trim(),
        may
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean),
      ]
    }),
  )
}

/** The layer of a file: a folder or file directly below server/, a folder of web/, else its root. */
function layerOf(file: string): string {
  const [top = '', second = ''] = file.split('/')
  if (top === 'web') return `web/${second}`
  return top === 'server' ? second.replace(/\.ts$/, '') : top
}

const contracts: Record<string, (file: string) => boolean> = {
  accounts: (file) => file === 'server/accounts/caller.ts',
  coordination: (file) =>
    /^server\/coordination\/(contracts\.ts$|([a-z-]+)\/\2\.ts$|run-log\/(log-writer|log-reader|source)\.ts$)/.test(
      file,
    ),
  store: (file) => /^server\/store\/(contract\/|store\.ts$)/.test(file),
  upstream: (file) =>
    /^server\/upstream\/(contracts|upstream|upstream-error|model-catalogue)\.ts$/.test(file),
}

function mayImport(may: string[], target: string): boolean {
  const layer = layerOf(target)
  return may.some(
    (entry) =>
      entry === 'everything' ||
      (entry === 'everything in server' && /^(server|protocol)\//.test(target)) ||
      entry === layer ||
      (entry.startsWith('contracts of ') && entry.slice(13) === layer && contracts[layer]?.(target)),
  )
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  )
  return specifiers.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(file), name)))
}

/** The imports that violate the table, as sentences. */
export function violations(files: string[], table: Map<string, string[]>): string[] {
  const found: string[] = []
  for (const file of files) {
    // A test may import test/support and the implementations that its suite runs on.
    if (/\.(test|contract)\.tsx?$/.test(file)) continue
    const layer = layerOf(file)
    const may = table.get(layer)
    if (!may) {
      found.push(`${file} is in no layer of ARCHITECTURE.md`)
      continue
    }
    for (const target of importsOf(file)) {
      if (layerOf(target) !== layer && !mayImport(may, target))
        found.push(`${file} must not import ${target}`)
    }
  }
  return found
}

/** Import cycles, each as the list of its files. */
function findCycles(among: string[]): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    const at = path.indexOf(file)
    if (at >= 0) return void found.push([...path.slice(at), file].join(' → '))
    if (done.has(file) || !among.includes(file)) return
    path.push(file)
    for (const target of importsOf(file)) visit(target)
    path.pop()
    done.add(file)
  }
  for (const file of among) visit(file)
  return found
}

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

/**
 * For each operation, the files that refer to it: as a key (`getChat: …`), a name (`'getChat'`) or
 * `operations.getChat`. Calls in the page's features are left out, since only the feature itself needs them. A few
 * operations share their name with something else, so the median of all counts shows how many files a new operation
 * touches.
 */
function filesOfOperations(): Map<string, string[]> {
  const searched = product.filter((file) => !/^web\/(features|app)\//.test(file))
  const texts = searched.map((file) => ({ file, text: textOf(file) }))
  return new Map(
    Object.keys(operations).map((name) => {
      const named = new RegExp(`'${name}'|\\b${name}:|operations\\.${name}\\b`)
      return [name, texts.filter(({ text }) => named.test(text)).map(({ file }) => file)]
    }),
  )
}

const files = roots.flatMap((top) => globSync(`${top}/**/*.{ts,tsx}`, { cwd: root }))
const product = files.filter(
  (file) => /^(protocol|server|web)\//.test(file) && !/\.(test|contract)\.tsx?$/.test(file),
)

describe('architecture', () => {
  test('the table can be read', () => {
    expect(readTable().get('store')).toEqual(['base', 'protocol'])
    expect(files.length).toBeGreaterThan(50)
  })

  test('every import stays inside its layer', () => {
    expect(violations(files, readTable())).toEqual([])
  })

  test('files do not import each other in a cycle, not even types', () => {
    expect(findCycles(product)).toEqual([])
  })

  test('a new operation touches at most three files besides its test', () => {
    const touched = filesOfOperations()
    const counts = [...touched.values()].map(({ length }) => length).toSorted((a, b) => a - b)
    const typical = counts[Math.floor(counts.length / 2)] ?? 0
    console.log(`files that a new operation touches: ${typical}`)
    expect(typical, JSON.stringify(Object.fromEntries(touched), null, 1)).toBeLessThanOrEqual(3)
    // Checks the count itself: each operation is at least declared and has a use case.
    expect(counts.length).toBeGreaterThan(40)
    expect(counts[0]).toBeGreaterThanOrEqual(2)
  })

  test('no file has more than 300 lines', () => {
    // A shorter file cannot have a function of more than 60 lines.
    const longer = product
      .map((file) => ({ file, text: textOf(file) }))
      .filter(({ text }) => text.split('\n').length > 60)
    const measured = longer.map(({ file, text }) => measureCode(file, text))
    const longFiles = measured.filter(({ lines }) => lines > 300).length
    const longFunctions = measured.flatMap(({ functions }) => functions).filter((lines) => lines > 60).length
    console.log(
      `${product.length} files; above 300 lines: ${longFiles}; functions above 60 lines: ${longFunctions}`,
    )
    expect(longFiles).toBe(0)
  })

  test('protocol imports no package except zod', () => {
    const foreign = files
      .filter((file) => file.startsWith('protocol/') && !file.endsWith('.test.ts'))
      .flatMap((file) =>
        [...readFileSync(join(root, file), 'utf8').matchAll(/from\s+['"]([^.'"][^'"]*)['"]/g)]
          .map((match) => match[1] ?? '')
          .filter((name) => name !== 'zod')
          .map((name) => `${file} imports ${name}`),
      )
    expect(foreign).toEqual([])
  })

  test('the page loads no schemas: none of its imports leads to zod', () => {
    const values = (file: string): string[] => {
      const text = readFileSync(join(root, file), 'utf8').replaceAll(
        /(?:import|export) type [^;'"]*from '[^']*'/g,
        '',
      )
      if (/from 'zod'/.test(text)) return ['zod']
      const names = [...text.matchAll(/from '(\.[^']*)'/g)].map(([, name = '']) =>
        normalize(join(dirname(file), name)),
      )
      return names.filter((name) => name.startsWith('protocol/'))
    }
    const leadsToZod = (file: string): boolean =>
      values(file).some((name) => name === 'zod' || leadsToZod(name))
    const wrong = product.filter((file) => file.startsWith('web/') && leadsToZod(file))
    expect(wrong).toEqual([])
  })

  test('only coordination/redis sees the Redis client, only store the database drivers, only config the environment, only one file upgrades', () => {
    const wrong = files
      .filter((file) => file.startsWith('server/') && !/\.(test|contract)\.ts$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(root, file), 'utf8')
        return [
          [/from 'ioredis'/, /^server\/coordination\/redis\//],
          [/from '(pg|kysely|node:sqlite)'/, /^server\/store\//],
          [/process\.env\b/, /^server\/config(\.ts|\/)/],
          [/\.on\(\s*'upgrade'/, /^server\/http\/upgrades\.ts$/],
        ].flatMap(([needle, home]) =>
          needle?.test(text) && !home?.test(file) ? [`${file}: ${needle.source}`] : [],
        )
      })
    expect(wrong).toEqual([])
  })

  test('only protocol/transcript.ts contains the tags of reasoning', () => {
    const wrong = files
      .filter((file) => /^(protocol|server|web)\//.test(file) && !/\.(test|contract)\.tsx?$/.test(file))
      .filter((file) => file !== 'protocol/transcript.ts')
      .filter((file) => /<\/?think\b/.test(readFileSync(join(root, file), 'utf8')))
    expect(wrong).toEqual([])
  })
})

describe('the map in ARCHITECTURE.md', () => {
  const map = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const exists = (path: string): boolean => existsSync(join(root, path))

  test('files and folders that it names exist', () => {
    const named = [...map.matchAll(/`((?:protocol|server|web|test|chaos|bench|scripts|docs)\/[\w./-]*)`/g)]
    expect(named.length).toBeGreaterThan(40)
    expect(named.map(([, path = '']) => path).filter((path) => !exists(path))).toEqual([])
  })

  test('files and folders in its tree exist', () => {
    const [, tree = ''] = /```\n(protocol\/[^`]*)```/.exec(map) ?? []
    const parents: string[] = []
    const shown = tree.split('\n').flatMap((line) => {
      const [indent = ''] = /^ */.exec(line) ?? []
      const names = /^(?:[\w.-]+(?:\/|\.ts)(?: {2,}|$))+/.exec(line.trimStart())?.[0].match(/\S+/g) ?? []
      parents.length = indent.length / 2
      const paths = names.map((name) => parents.join('') + name)
      if (names.length === 1) parents.push(names[0] ?? '')
      return paths
    })
    expect(shown.length).toBeGreaterThan(25)
    expect(shown.filter((path) => !exists(path))).toEqual([])
  })
})
