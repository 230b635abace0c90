import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tokensOf } from './blocks.ts'
import type { Block } from './blocks.ts'
import { MarkdownParser } from './parse-markdown.ts'
import type { ParsedMarkdown } from './parse-markdown.ts'

function blocksOf(parsed: ParsedMarkdown): Block[] {
  return parsed.groups.flatMap((group) => [...group.blocks])
}

/** The properties of a result that determine what a reader sees. */
function shape(parsed: ParsedMarkdown): unknown[] {
  return blocksOf(parsed).map((block) => {
    const { weight: _, ...seen } = block
    if (seen.kind !== 'text' || block.kind !== 'text') return seen
    // The links are already resolved in the tokens.
    return { ...seen, tokens: [...tokensOf(block)], links: undefined }
  })
}

function parseAtOnce(source: string): ParsedMarkdown {
  return new MarkdownParser().parse(source, true)
}

function kinds(source: string): string[] {
  return blocksOf(parseAtOnce(source)).map((block) => block.kind)
}

const pieces = [
  'word ',
  'two words',
  '\n',
  '\n\n',
  '# ',
  '### ',
  '- ',
  '  - ',
  '1. ',
  '> ',
  '```',
  '```js\n',
  '~~~\n',
  '    ',
  '| a | b |\n',
  '|---|--:|\n',
  '| 1 | 2 |\n',
  '---\n',
  '===\n',
  '**',
  '*',
  '_',
  '~~',
  '`',
  '[x]',
  '(http://a.b)',
  '[x]: http://a.b\n',
  '$',
  '$$\n',
  '$$',
  '\\(',
  '\\)',
  '\\[\n',
  '\\]\n',
  '<div>',
  '<br>',
  '<details>\n',
  '<summary>',
  '</summary>\n',
  '</details>\n',
  '<sub>',
  '</sub>',
  '[^1]',
  '[^1]: ',
  '> [!NOTE]\n',
  '&amp;',
  '- [ ] ',
  '\t',
  '\r\n',
  '\\',
  '!',
  'é🐟',
  '字（',
  '：',
]

const documents = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''))

describe('parsing a growing text', () => {
  test('gives the same result as the whole text, however it arrives', () => {
    fc.assert(
      fc.property(documents, fc.array(fc.nat(12), { minLength: 1, maxLength: 80 }), (source, steps) => {
        const parser = new MarkdownParser()
        let end = 0
        for (const step of steps) {
          end = Math.min(source.length, end + step)
          parser.parse(source.slice(0, end), false)
        }
        expect(shape(parser.parse(source, true))).toEqual(shape(parseAtOnce(source)))
      }),
      { numRuns: 600 },
    )
  })

  test('gives the result of the new text after the tail was replaced', () => {
    fc.assert(
      fc.property(documents, documents, fc.nat(), (first, second, at) => {
        const parser = new MarkdownParser()
        parser.parse(first, false)
        const source = first.slice(0, at % (first.length + 1)) + second
        parser.parse(source, false)
        expect(shape(parser.parse(source, true))).toEqual(shape(parseAtOnce(source)))
      }),
      { numRuns: 300 },
    )
  })

  test('loses no letter of the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces.filter((piece) => !piece.includes('http'))), { maxLength: 40 }),
        (parts) => {
          const words = parts.map((part, index) =>
            part === 'word ' ? `word${index}x ` : part === '```' ? '```\n' : part,
          )
          const wanted = words.filter((part) => part.startsWith('word')).map((part) => part.trim())
          const shown = JSON.stringify(shape(parseAtOnce(words.join(''))))
          for (const word of wanted) expect(shown).toContain(word)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('keeps the identity of blocks before the last', () => {
    const source = Array.from({ length: 60 }, (_, index) => `Paragraph ${index} with **words**.\n\n`).join('')
    const parser = new MarkdownParser()
    let before: Block[] = []
    for (let end = 50; end < source.length; end += 31) {
      const now = blocksOf(parser.parse(source.slice(0, end), false))
      for (const [index, block] of before.slice(0, -1).entries()) expect(now[index]).toBe(block)
      before = now
    }
    expect(before.length).toBeGreaterThan(50)
  })

  test('keeps unchanged blocks after a rewind', () => {
    const parser = new MarkdownParser()
    const first = blocksOf(parser.parse('# Title\n\nOne.\n\nTwo is', false))
    const second = blocksOf(parser.parse('# Title\n\nOne.\n\nThree.', false))
    expect(second[0]).toBe(first[0])
    expect(second[1]).toBe(first[1])
    expect(second[2]).not.toBe(first[2])
  })

  test('never recreates full chunks of code and of a table', () => {
    const parser = new MarkdownParser()
    const code = `\`\`\`js\n${'line\n'.repeat(50)}`
    const one = blocksOf(parser.parse(code, false))[0]
    const two = blocksOf(parser.parse(`${code}more\n`, false))[0]
    if (one?.kind !== 'code' || two?.kind !== 'code') throw new Error('not code')
    expect(two.chunks[1]).toBe(one.chunks[1])
    expect(two.chunks.map((chunk) => chunk.lines)).toEqual([20, 20, 11])
    const tables = new MarkdownParser()
    const table = `| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(100)}`
    const three = blocksOf(tables.parse(table, false))[0]
    const four = blocksOf(tables.parse(`${table}| 3 | 4 |\n`, false))[0]
    if (three?.kind !== 'table' || four?.kind !== 'table') throw new Error('not a table')
    expect(four.chunks[1]).toBe(three.chunks[1])
    expect(four.rows).toBe(101)
  })
})

describe('blocks', () => {
  test.each<[string, string[]]>([
    ['a\nb', ['text']],
    ['a\n\nb', ['text', 'text']],
    ['# a\nb', ['text', 'text']],
    ['a\n```\nx\n\ny\n```\nb', ['text', 'code', 'text']],
    ['```\nunclosed', ['code']],
    ['````\n```\n````\nb', ['code', 'text']],
    ['- a\n\n  b\n- c\n\nd', ['text', 'text']],
    ['1. a\n   ```\n   x\n\n   y\n   ```\n2. b', ['text']],
    ['| a | b |\n|---|---|\n| 1 | 2 |\n\nc', ['table', 'text']],
    ['words\n| a | b |\n|---|---|\n| 1 | 2 |', ['text', 'table']],
    ['$$\nx\n$$\nwords', ['math', 'text']],
    ['\\[ x \\]', ['math']],
    ['$$x$$ is a sentence', ['text']],
    ['$$\nnever closed', ['math']],
    ['$$ never closed', ['text']],
    ['> a\n> b\n\n> c', ['text', 'text']],
    ['    code\n\n    more', ['text']],
  ])('%j has the blocks %j', (source, expected) => {
    expect(kinds(source)).toEqual(expected)
  })

  test('headings leave no gap in the outline of the page', () => {
    const levels = blocksOf(parseAtOnce('### a\n\n### b\n\n# c\n\n###### d\n\ne\n===\n'))
      .filter((block) => block.kind === 'text')
      .map((block) => block.level)
    expect(levels).toEqual([2, 2, 2, 3, 2])
  })

  test('a definition at the end resolves a reference at the start', () => {
    const [first] = blocksOf(parseAtOnce('See [the page][p].\n\nMore.\n\n[p]: https://example.org/\n'))
    if (first?.kind !== 'text') throw new Error('not text')
    expect(JSON.stringify(tokensOf(first))).toContain('https://example.org/')
  })

  test('a long list is split and continues with the next number', () => {
    const source = Array.from(
      { length: 300 },
      (_, index) => `${index + 3}. item number ${index} of the list\n`,
    ).join('')
    const blocks = blocksOf(parseAtOnce(source))
    expect(blocks.length).toBeGreaterThan(1)
    for (const block of blocks.slice(1)) {
      if (block.kind !== 'text') throw new Error('not text')
      expect(block.raw).toMatch(new RegExp(`^${block.ordinal}\\. `))
    }
  })

  test('a table row keeps its text whatever it begins with', () => {
    const [table] = blocksOf(parseAtOnce('a | b\n---|---\n<div>x | y\n    z | w\n'))
    expect(JSON.stringify(table)).toContain('<div>x')
    expect(table?.kind === 'table' && table.rows).toBe(2)
  })
})

describe('bounds', () => {
  test.each<[string, string]>([
    ['quotes', '>'.repeat(20_000)],
    ['quotes with words', `${'> '.repeat(5000)}x`],
    ['lists', '- '.repeat(20_000)],
    ['nested lists', Array.from({ length: 400 }, (_, index) => `${'  '.repeat(index)}- x\n`).join('')],
    ['emphasis', '*a **b '.repeat(8000)],
    ['emphasis between ideographs', '字*a **b 字_c ~~d '.repeat(8000)],
    ['formulas with blank lines', '$$\n\nx\n\n'.repeat(5000)],
    ['stars', '*'.repeat(60_000)],
    ['underscores', '_a'.repeat(30_000)],
    ['brackets', '['.repeat(60_000)],
    ['image brackets', '!['.repeat(30_000)],
    ['links in links', '[a]('.repeat(20_000)],
    ['backticks', Array.from({ length: 300 }, (_, index) => '`'.repeat(index + 1)).join(' ')],
    ['tags', '<a '.repeat(20_000)],
    ['dollars', '$x '.repeat(20_000)],
    ['double dollars', '$$'.repeat(20_000)],
    ['open formulas', '\\('.repeat(20_000)],
    ['one long word', 'x'.repeat(400_000)],
    [
      'definitions',
      Array.from({ length: 3000 }, (_, index) => `[d${index}]: http://a.b/${index}\n\n`).join(''),
    ],
    ['links', '[a](https://example.org) '.repeat(20_000)],
    ['pipes', '|'.repeat(20_000)],
    ['delimiter rows', '|-'.repeat(20_000)],
    ['entities', '&amp;'.repeat(40_000)],
    ['blank lines', '\n'.repeat(200_000)],
    ['fences', '```\n'.repeat(20_000)],
    ['folded parts', '<details>\n'.repeat(20_000)],
    ['folded parts in a line', '<details>'.repeat(20_000)],
    ['nested tags', '<sub>'.repeat(20_000)],
    ['footnotes', '[^1]: '.repeat(20_000)],
    ['references', '[^1]'.repeat(20_000)],
    ['callouts', '> [!NOTE]\n'.repeat(10_000)],
  ])('%s exhaust neither the stack nor the time', (_name, source) => {
    expect(() => shape(parseAtOnce(source))).not.toThrow()
    const parser = new MarkdownParser()
    for (const part of [0.3, 0.9]) parser.parse(source.slice(0, source.length * part), false)
    expect(() => parser.parse(source, true)).not.toThrow()
  })
})
