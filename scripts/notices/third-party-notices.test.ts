import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { packageFolderOf, readShippedPackage, serverPackages } from './shipped-package.ts'
import { thirdPartyNotices } from './third-party-notices.ts'

const root = join(import.meta.dirname, '../..')

interface Bill {
  components: {
    name: string
    version: string
    licenses: { expression: string }[]
    properties: { value: string }[]
  }[]
}

const namesOf = (bill: Bill, part: string): string[] =>
  bill.components
    .filter(({ properties }) => properties.some((it) => it.value === part))
    .map(({ name }) => name)

test('O17: a build lists every package with a module in its graph, including indirect dependencies', async () => {
  await using folder = await temporaryFolder('notices')
  const billFile = join(folder.path, 'bill.json')
  const entry = join(root, 'web/entry-of-a-test.ts')
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: { outDir: folder.path, rolldownOptions: { input: entry } },
    plugins: [
      {
        name: 'an entry without a file',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry
            ? `import 'katex/dist/katex.css'\nimport { createRoot } from 'react-dom/client'\ncreateRoot(document.body)\nimport('marked').then(console.log)`
            : undefined,
      },
      thirdPartyNotices({
        root,
        billFile,
        otherLicences: [{ title: 'A font', file: 'web/ui/font/LICENSE.txt' }],
      }),
    ],
  })
  const bill = JSON.parse(readFileSync(billFile, 'utf8')) as Bill
  const page = namesOf(bill, 'page')
  // react-dom imports react and scheduler; only a style sheet imports katex; a lazily loaded part imports marked.
  expect(page).toEqual(expect.arrayContaining(['katex', 'marked', 'react', 'react-dom', 'scheduler']))
  expect(page).not.toContain('highlight.js')
  expect(namesOf(bill, 'server')).toEqual(expect.arrayContaining(['fastify', 'pg', 'ioredis', 'ws']))
  const notices = readFileSync(join(folder.path, 'third-party-notices.txt'), 'utf8')
  for (const { name, version } of bill.components) expect(notices).toContain(`\n${name} ${version} (`)
  expect(notices).toContain('\nA font\n')
  expect(notices).toContain('Copyright (c) Meta Platforms')
})

const billFile = join(root, 'dist/sbom.cdx.json')
// `npm ci` builds the page; without a build there is no bill to check.
test.runIf(existsSync(billFile))(
  'O17: the bill of the built page lists every package that its sources import',
  () => {
    const page = new Set(namesOf(JSON.parse(readFileSync(billFile, 'utf8')) as Bill, 'page'))
    const imported = new Set<string>()
    for (const file of globSync('web/**/*.{ts,tsx,css}', {
      cwd: root,
      exclude: ['**/*.test.*', '**/*.config.ts'],
    })) {
      const text = readFileSync(join(root, file), 'utf8')
      const found = text.matchAll(
        /(?:^|\n)(?:import|export|@import) (?!type )(?:[^'"\n]* from )?['"]([^.'"/][^'"]*)['"]/g,
      )
      for (const [, id = ''] of found) {
        if (id.includes('/macro') || id.startsWith('node:') || id.startsWith('virtual:')) continue
        imported.add(
          id
            .split('/')
            .slice(0, id.startsWith('@') ? 2 : 1)
            .join('/'),
        )
      }
    }
    expect(imported.size).toBeGreaterThanOrEqual(8)
    expect([...imported].filter((name) => !page.has(name))).toEqual([])
    for (const name of ['react', 'katex', 'marked', 'highlight.js']) expect(page).toContain(name)
  },
)

test('O17: the licence of every shipped package is compatible with Apache-2.0', () => {
  const compatible = /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|0BSD|Zlib|Unlicense)$/
  const packages = serverPackages(root)
  expect(packages.length).toBeGreaterThan(50)
  expect(packages.filter(({ license }) => !compatible.test(license))).toEqual([])
})

test('O17: finds the package of a file, also for nested and scoped packages', async () => {
  expect(packageFolderOf(join(root, 'server/cli.ts'))).toBeUndefined()
  expect(packageFolderOf(join(root, 'node_modules/react/cjs/react.production.js'))).toBe(
    join(root, 'node_modules/react'),
  )
  const scoped = packageFolderOf(join(root, 'node_modules/@tanstack/react-query/build/modern/index.js'))
  expect(readShippedPackage(scoped!, 'page')).toMatchObject({
    name: '@tanstack/react-query',
    license: 'MIT',
    parts: ['page'],
  })
  await using folder = await temporaryFolder('nested')
  const inner = join(folder.path, 'node_modules/outer/node_modules/inner')
  for (const path of [inner, join(inner, '../..')]) {
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'package.json'), '{}')
  }
  expect(packageFolderOf(join(inner, 'dist/index.js'))).toBe(inner)
  // A folder in node_modules without a package.json is not a package.
  expect(packageFolderOf(join(folder.path, 'node_modules/.cache/index.js'))).toBeUndefined()
})
