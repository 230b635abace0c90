import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { loadScript } from './lua-script.ts'

const root = join(import.meta.dirname, '../../..')
const scripts = globSync('{server,test}/**/*.lua', { cwd: root })

const highest = (source: string, table: string): number =>
  Math.max(
    0,
    ...[...source.matchAll(new RegExp(`\\b${table}\\[(\\d+)\\]`, 'g'))].map((match) => Number(match[1])),
  )

describe('every script of the repository', () => {
  test('the repository has scripts', () => {
    expect(scripts.length).toBeGreaterThanOrEqual(4)
  })

  test.each(scripts)('%s: its header names every key and argument that it uses', (file) => {
    const script = loadScript(pathToFileURL(join(root, file)))
    expect(file.endsWith(script.name)).toBe(true)
    expect(highest(script.source, 'KEYS')).toBe(script.keys)
    const named = /\bARGV (.*)$/.exec(script.source.split('\n', 1)[0] ?? '')?.[1] ?? ''
    const argued = [...named.matchAll(/(?:^|, )(\d+) /g)].map((match) => Number(match[1]))
    expect(argued).toEqual(argued.map((_, index) => index + 1))
    expect(argued.length).toBeGreaterThanOrEqual(highest(script.source, 'ARGV'))
    expect(script.sha).toMatch(/^[\da-f]{40}$/)
  })
})

describe('a script whose header does not name its keys is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-lua-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  test.each([
    'return 1',
    '-- x.lua  ARGV 1 a',
    '-- x.lua  KEYS 2 a.  ARGV 1 a',
    'local x\n-- x.lua  KEYS 1 a.  ARGV 1 b',
  ])('%j', (source) => {
    const file = join(folder, 'x.lua')
    writeFileSync(file, source)
    expect(() => loadScript(pathToFileURL(file))).toThrow(/x\.lua: the first line must name its keys/)
  })
})
