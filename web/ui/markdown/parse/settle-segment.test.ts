import { describe, expect, test } from 'vitest'
import { benchSource } from '../../../../test/support/bench-source.ts'
import { tokensOf } from './blocks.ts'
import { decodeEntities } from './decode-entities.ts'
import { MarkdownParser } from './parse-markdown.ts'
import { settleInline } from './settle-inline.ts'

interface Nested {
  type?: string
  text?: string
  tokens?: Nested[]
  items?: Nested[]
  header?: Nested[]
  rows?: Nested[][]
}

/** The text of tokens as a reader sees it, without code and formulas, which may contain any character. */
function words(tokens: readonly Nested[]): string {
  return tokens
    .map((token) => {
      if (token.type === 'code' || token.type === 'codespan' || token.type === 'formula') return '·'
      if (token.type === 'list') return words(token.items ?? [])
      if (token.type === 'table') return words([...(token.header ?? []), ...(token.rows ?? []).flat()])
      return token.tokens === undefined ? (token.text ?? '') : words(token.tokens)
    })
    .join(' ')
}

function visible(source: string, parser = new MarkdownParser(), last = Infinity): string {
  return parser
    .parse(source, false)
    .groups.flatMap((group) => group.blocks)
    .slice(-last)
    .map((block) => {
      if (block.kind === 'text') return words(tokensOf(block) as readonly unknown[] as readonly Nested[])
      return block.kind === 'table'
        ? words([...block.head, ...block.chunks.flat(2)] as readonly unknown[] as readonly Nested[])
        : '·'
    })
    .join('\n')
}

describe('unfinished markup that is hidden or closed while a text grows', () => {
  test.each<[string, string]>([
    ['a **', 'a '],
    ['a **b', 'a **b**'],
    ['a **b ', 'a **b**'],
    ['a **b*', 'a **b**'],
    ['a **b**', 'a **b**'],
    ['a *b', 'a *b*'],
    ['a ***b', 'a ***b***'],
    ['a *b **c', 'a *b **c***'],
    ['2 * 3', '2 * 3'],
    ['2*3', '2*3'],
    ['snake_case', 'snake_case'],
    ['a ~~b', 'a ~~b~~'],
    ['a `', 'a '],
    ['a `b', 'a `b`'],
    ['a ``b`', 'a ``b``'],
    ['a `b` c', 'a `b` c'],
    ['a `**` b', 'a `**` b'],
    ['see [', 'see '],
    ['see [the page', 'see '],
    ['see [the page]', 'see '],
    ['see [the page](', 'see [the page](#)'],
    ['see [the page](https://exam', 'see [the page](#)'],
    ['see [the page](https://a.b)', 'see [the page](https://a.b)'],
    ['see ![alt](https://a', 'see '],
    ['a [1] b', 'a [1] b'],
    ['x[0] = 1', 'x[0] = 1'],
    ['R&', 'R'],
    ['R&D is', 'R&D is'],
    ['a &am', 'a '],
    ['a \\', 'a '],
    ['a <https://exa', 'a '],
    ['a < b', 'a < b'],
    ['where $x', 'where '],
    ['where $x$', 'where $x$'],
    ['costs $5 and', 'costs $5 and'],
    ['costs $5 and $6 each', 'costs $5 and $6 each'],
    ['so \\(x', 'so '],
    ['so \\(x\\)', 'so \\(x\\)'],
    ['**a** and **b', '**a** and **b**'],
    ['**Note:', '**Note:**'],
    ['**bold** [link](h', '**bold** [link](#)'],
  ])('%j is shown as %j', (source, expected) => {
    expect(settleInline(source)).toBe(expected)
  })

  test.each<[string, string]>([
    ['words\n#', 'words'],
    ['words\n-', 'words'],
    ['words\n\n1.', 'words'],
    ['words\n\n``', 'words'],
    ['words\n\n```py', 'words'],
    ['words\n\n```py\n', 'words\n·'],
    ['```\na\n``', '·'],
    ['words\n\n| a | b', 'words'],
    ['words\n\n| a | b |\n', 'words\na b'],
    ['words\n\n| a | b |\n|--', 'words\na b'],
    ['words\n\n| a | b |\n|---|---|\n| c | d', 'words\na b'],
    ['words\n\n| a | b |\n|---|---|\n| c | d |\n', 'words\na b c d'],
    ['- [ ', ''],
    ['> ', ''],
    ['$$', '·'],
    ['words\n===', 'words'],
  ])('%j shows %j', (source, expected) => {
    expect(visible(source).replace(/ +/g, ' ').trim()).toBe(expected)
  })

  test('incomplete markup never shows while a long answer is written', () => {
    const parser = new MarkdownParser()
    for (let end = 1; end <= benchSource.length; end++) {
      const shown = visible(benchSource.slice(0, end), parser, 2)
      expect(shown, JSON.stringify(benchSource.slice(end - 60, end))).not.toMatch(
        /\*|`|\]\(|\||^#|\$|\\[([]|&[a-z]*$/m,
      )
    }
  })
})

describe('character references', () => {
  test.each([
    ['&amp;', '&'],
    ['&copy;', '©'],
    ['&#x3c;', '<'],
    ['&#60;', '<'],
    ['&yuml;', 'ÿ'],
    ['&Omega;&omega;', 'Ωω'],
    ['&sigmaf;', 'ς'],
    ['&nbsp;', '\u00A0'],
    ['&apos;', "'"],
    ['&#0;', '\uFFFD'],
    ['&#xD800;', '\uFFFD'],
    ['&#99999999;', '&#99999999;'],
    ['&nosuch;', '&nosuch;'],
    ['&constructor;', '&constructor;'],
    ['&amp;lt;', '&lt;'],
  ])('%s is %s', (source, expected) => {
    expect(decodeEntities(source)).toBe(expected)
  })
})
