import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Aliases in SQL text with capital letters and without quotes: PostgreSQL returns such a column in lower case. */
function foldedAliases(source: string): string[] {
  const statements = [...source.matchAll(/\bsql(?:<[^`]*>)?`([^`]*)`/g)].map(([, text = '']) => text)
  return statements.flatMap((text) =>
    [...text.matchAll(/\bas ([a-z]+[A-Z]\w*)/g)].map(([, alias = '']) => alias),
  )
}

test('no SQL text has an alias that PostgreSQL changes', () => {
  const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'))
  const found = files.flatMap((file) =>
    foldedAliases(readFileSync(join(import.meta.dirname, file), 'utf8')).map((alias) => `${file}: ${alias}`),
  )
  expect(found).toEqual([])
})

test('such an alias is found', () => {
  const source = 'sql<Budget>`select a as "maxA", b as maxB, ${c}::int as free`'
  expect(foldedAliases(source)).toEqual(['maxB'])
})
