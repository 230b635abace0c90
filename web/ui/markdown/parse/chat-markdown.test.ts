import { describe, expect, test } from 'vitest'
import { markdownHtml as html } from '../../../../test/browser/markdown/markdown-html.ts'
import { needsChemistry } from '../katex-loader.ts'
import { matchFormula } from './math-syntax.ts'
import { settleInline } from './settle-inline.ts'

describe('D2: a line end stays a line end', () => {
  test.each<[string, string]>([
    ['Rosen rot\nVeilchen blau', '<p>Rosen rot<br/>Veilchen blau</p>'],
    ['Ada\n12 Street\n**City**', '<p>Ada<br/>12 Street<br/><strong>City</strong></p>'],
    ['- Ada\n  Street\n- Bob', '<ul><li>Ada<br/>Street</li><li>Bob</li></ul>'],
    ['> one\n> two', '<blockquote><p>one<br/>two</p></blockquote>'],
    ['*one\ntwo*', '<p><em>one<br/>two</em></p>'],
    ['one\n', '<p>one</p>'],
    ['one\n\ntwo', '<p>one</p><p>two</p>'],
  ])('%j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })

  test('a line that is shown does not move when the next one begins', () => {
    expect(html('one\ntwo', true)).toBe('<p>one<br/>two</p>')
    expect(html('one\n', true)).toBe('<p>one</p>')
  })
})

describe('D3: formulas with blank lines', () => {
  const math = (tex: string): string => `<span class="md-math-source md-math-display">${tex}</span>`
  test.each<[string, string]>([
    ['$$\na\n\nb\n$$', math('a\n\nb')],
    ['\\[\na\n\nb\n\\]', math('a\n\nb')],
    ['\\[\na \\, b\n\n\nc\n\\]\n\nAfter', `${math('a \\, b\n\n\nc')}<p>After</p>`],
    ['- x\n\n  $$\n  a\n\n  b\n  $$', `<ul><li><p>x</p>${math('a\n\nb')}</li></ul>`],
    ['> $$\n> a\n>\n> b\n> $$', `<blockquote>${math('a\n\nb')}</blockquote>`],
  ])('%j is one formula', (source, expected) => {
    expect(html(source)).toBe(expected)
  })

  test.each<[string, string]>([
    ['\\[\na \\, b', math('\\[\na \\, b')],
    ['\\[ a \\, \\{b\\}\n\nAfter', `${math('\\[ a \\, \\{b\\}')}<p>After</p>`],
    ['$$\na \\\\ b\n\nSome words of a text.', `${math('$$\na \\\\ b')}<p>Some words of a text.</p>`],
    ['$$\na\n\n以下是正文。', `${math('$$\na')}<p>以下是正文。</p>`],
    ['$$\na\n\n```\nx\n```', math('$$\na')],
    ['$$$ is a film\n\nAfter', '<p>$$$ is a film</p><p>After</p>'],
  ])('a formula that is never closed is shown complete: %j', (source, expected) => {
    expect(html(source).slice(0, expected.length)).toBe(expected)
  })

  test('an inline formula of 700 characters keeps its backslashes', () => {
    const tex = `a \\, ${'x + '.repeat(170)}b`
    expect(html(`See \\(${tex}\\).`)).toContain(`\\(${tex}\\)`)
  })

  test('is never shown as prose while it is written', () => {
    const source = '$$\na\n\nb\n$$\n'
    for (let end = 2; end <= source.length; end++)
      expect(html(source.slice(0, end), true), source.slice(0, end)).not.toMatch(/<p>|\$/)
  })
})

describe('a bracket in inline code does not end the text of a link that is being written', () => {
  test.each<[string, string]>([
    ['see [`a]` b', 'see '],
    ['see [`a[0]`](https://a', 'see [`a[0]`](#)'],
    ['see [`a]`](https://a.b) c', 'see [`a]`](https://a.b) c'],
  ])('%j is shown as %j', (source, expected) => {
    expect(settleInline(source)).toBe(expected)
  })
})

describe('D4: chemical formulas', () => {
  test.each<[string, string]>([
    ['\\ce{H2O} is', '\\ce{H2O}'],
    ['\\ce{CO2 + C -> 2 CO}', '\\ce{CO2 + C -> 2 CO}'],
    ['\\ce{A ->[\\text{heat}] B} and {C}', '\\ce{A ->[\\text{heat}] B}'],
    ['\\pu{123 kJ/mol}', '\\pu{123 kJ/mol}'],
    ['$\\ce{H2O}$', '\\ce{H2O}'],
  ])('%j begins with a formula', (source, tex) => {
    expect(matchFormula(source, ' ')?.tex).toBe(tex)
  })

  test.each(['\\ce{H2O', '\\center{a}', '\\ce', '\\ce{a\n\nb}'])('%j does not', (source) => {
    expect(matchFormula(source, ' ')).toBeUndefined()
  })

  test('it is found in a text, and not shown before it is complete', () => {
    expect(html('Water is \\ce{H2O}.')).toBe('<p>Water is <span class="md-math-source">\\ce{H2O}</span>.</p>')
    const source = 'Water is \\ce{H2O}.'
    for (let end = 10; end < source.length - 1; end++)
      expect(html(source.slice(0, end), true), source.slice(0, end)).toMatch(/^<p>Water is ?<\/p>$/)
  })

  test('only a formula with chemistry needs the extension', () => {
    expect(['\\ce{H2O}', 'x = \\pu{3 m}', '\\frac{a}{b}', '\\centering'].map(needsChemistry)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
