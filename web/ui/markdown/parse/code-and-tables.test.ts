import { describe, expect, test } from 'vitest'
import { markdownHtml as html } from '../../../../test/browser/markdown/markdown-html.ts'
import { chunkCode } from './code-chunks.ts'
import { languageExtension } from './language-name.ts'
import { firstLines, splitFences } from './split-fences.ts'

describe('D14: code in a question', () => {
  const parts = (text: string): string[][] =>
    splitFences(text).map(({ kind, text: words, language }) =>
      kind === 'code' ? [language, words] : [words],
    )

  test.each<[string, string[][]]>([
    ['just words\n\n  as *written*\n', [['just words\n\n  as *written*']]],
    ['Why?\n```ts\nlet a\n\nlet b\n```\nThanks', [['Why?'], ['ts', 'let a\n\nlet b'], ['Thanks']]],
    ['```\r\na\r\n```', [['', 'a']]],
    ['~~~py\na\n```\nb\n~~~', [['py', 'a\n```\nb']]],
    ['````\n```\na\n```\n````', [['', '```\na\n```']]],
    ['  ```\n  a\n    b\n  ```', [['', 'a\n  b']]],
    ['```\nnever closed\n', [['', 'never closed']]],
    [
      '```\na\n```\n\n```\nb\n```',
      [
        ['', 'a'],
        ['', 'b'],
      ],
    ],
    ['inline ```code``` here', [['inline ```code``` here']]],
    ['```', [['', '']]],
    ['', []],
  ])('%j', (text, expected) => {
    expect(parts(text)).toEqual(expected)
  })

  test('more than twelve lines are folded to the first twelve', () => {
    const code = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join('\n')
    const { head, total } = firstLines(code, 12)
    expect(total).toBe(60)
    expect(head.split('\n')).toHaveLength(12)
    expect(head.endsWith('line 12')).toBe(true)
    expect(firstLines('a\nb', 12)).toEqual({ head: 'a\nb', total: 2 })
  })
})

describe('D26: code that is wider than the text', () => {
  test('the longest line of each chunk is known', () => {
    expect(chunkCode(`a\n${'x'.repeat(90)}\nb`).map((chunk) => chunk.columns)).toEqual([90])
    expect(html(['```', 'x'.repeat(77), '```'].join('\n'))).toContain('data-wide="true"')
    expect(html(['```', 'x'.repeat(76), '```'].join('\n'))).not.toContain('data-wide')
  })

  test.each([
    ['py', 'py'],
    ['TypeScript', 'ts'],
    ['json', 'json'],
    ['C++', 'cpp'],
    ['exe', 'txt'],
    ['../../x', 'txt'],
    ['constructor', 'txt'],
    ['', 'txt'],
  ])('code of language %j is saved with the extension %s', (language, extension) => {
    expect(languageExtension(language)).toBe(extension)
  })
})

describe('D15: columns with words', () => {
  test('keep a width in which they can be read', () => {
    const table = html(`| a | b | c |\n|---|---|--:|\n| d | ${'words '.repeat(5)} | ${'words '.repeat(20)} |`)
    expect(table).toContain('<td>d</td><td class="md-readable">')
    expect(table).toContain('<td class="md-right md-broad">')
    expect(table).not.toContain('data-scrolls')
  })
})
