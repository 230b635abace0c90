import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = ['docs/design/runs.md', 'docs/design/reader.md']
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The names that the headings of a page define: `P7`, `rule 7`, `rule 7 of a reader`. */
function definitionsOf(page: string): string[] {
  return [...page.matchAll(/^### (P\d+|Rule \d+(?: of a reader)?):/gm)].map(([, name = '']) =>
    name.replace('Rule', 'rule'),
  )
}

/** The names that a file cites; `rules 1, 4 and 9` are three citations. A comment may have a line break anywhere. */
function citationsIn(file: string): string[] {
  const text = file.replaceAll(/\n[ \t]*(?:\*|\/\/|--)?[ \t]*/g, ' ')
  const list = /\brules? (\d+(?:(?:, | and |, and |–)\d+)*)(?: of (?:a|the) (reader|run)\b)?/gi
  const rules = [...text.matchAll(list)].flatMap(([, numbers = '', whose]) =>
    [...numbers.matchAll(/\d+/g)].map(
      ([number]) => `rule ${number}${whose === 'reader' ? ' of a reader' : ''}`,
    ),
  )
  return [...rules, ...[...text.matchAll(/\bP\d{1,2}\b/g)].map(([name]) => name)]
}

/** The entries of a page: each heading with the text below it. */
function entriesOf(page: string): { name: string; body: string }[] {
  const parts = page.split(/^(?=###? )/m)
  return parts
    .filter((part) => part.startsWith('### '))
    .map((body) => ({ name: body.split('\n', 1)[0] ?? '', body }))
}

const texts = pages.map(read)
const known = new Set(texts.flatMap(definitionsOf))
const files = globSync(
  ['{protocol,server,web,test,chaos,bench,scripts,docs,deploy}/**/*.{ts,tsx,lua,md,sql}', '*.md'],
  { cwd: root, exclude: ['**/node_modules/**', 'test/design-rules.test.ts'] },
)

describe('promises and rules', () => {
  test('every cited promise and rule is defined', () => {
    const unknown = files.flatMap((file) =>
      citationsIn(read(file))
        .filter((name) => !known.has(name))
        .map((name) => `${file} cites ${name}`),
    )
    expect(unknown).toEqual([])
  })

  test('each is defined once', () => {
    const names = texts.flatMap(definitionsOf)
    expect(names.length).toBeGreaterThan(40)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })

  test('each names existing tests', () => {
    const wrong = texts.flatMap(entriesOf).flatMap(({ name, body }) => {
      const named = [
        ...(/^Tests: ([\s\S]*?)(?:\n\n|$(?![\s\S]))/m.exec(body)?.[1]?.matchAll(/`([^`]+)`/g) ?? []),
      ]
      if (named.length === 0) return [`${name} names no test`]
      return named
        .filter(([, file = '']) => !existsSync(join(root, file)))
        .map(([, file]) => `${name} names ${file}`)
    })
    expect(wrong).toEqual([])
  })

  test('citations are parsed', () => {
    expect(
      citationsIn(
        'silent (rule 7), rules 1, 4 and 9; Rule 8 of a reader; rule 3\n * of a reader; rules 1 and\n2',
      ),
    ).toEqual([
      'rule 7',
      'rule 1',
      'rule 4',
      'rule 9',
      'rule 8 of a reader',
      'rule 3 of a reader',
      'rule 1',
      'rule 2',
    ])
    expect(citationsIn('kept (P10); HTTP2')).toEqual(['P10'])
  })
})
