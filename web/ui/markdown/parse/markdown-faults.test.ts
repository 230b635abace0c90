import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Markdown } from '../markdown.tsx'
import { pairEmphasis } from './emphasis-pairs.ts'
import { needsChemistry } from '../katex-loader.ts'
import { matchFormula } from './math-syntax.ts'
import { settleInline } from './settle-inline.ts'

/** The HTML of a text, without the outer element and the attributes of every block. */
function html(text: string, streaming = false): string {
  return renderToStaticMarkup(createElement(Markdown, { text, streaming }))
    .replace(/^<div class="md"[^>]*>(.*)<\/div>$/s, '$1')
    .replaceAll('<span class="md-dot" aria-hidden="true"></span>', '')
    .replaceAll(' dir="auto"', '')
    .replaceAll(' dir="ltr"', '')
    .replaceAll(' target="_blank" rel="noopener noreferrer nofollow"', '')
    .replaceAll(/ class="md-(?:tight|loose|h md-h\d)"/g, '')
}

describe('D1: emphasis in languages without spaces between words', () => {
  test.each<[string, string]>([
    ['请看**“要点”**一词。', '请看<strong>“要点”</strong>一词。'],
    ['**注意：**请先备份。', '<strong>注意：</strong>请先备份。'],
    ['**重要（必読）**です。', '<strong>重要（必読）</strong>です。'],
    ['**注意:**请先备份。', '<strong>注意:</strong>请先备份。'],
    ['**注意：**API 已更新', '<strong>注意：</strong>API 已更新'],
    ['一，**请**看。', '一，<strong>请</strong>看。'],
    ['**重要**，**注意**：请', '<strong>重要</strong>，<strong>注意</strong>：请'],
    ['**重要**（必読）**です**', '<strong>重要</strong>（必読）<strong>です</strong>'],
    ['*一 **甲**，乙*', '<em>一 <strong>甲</strong>，乙</em>'],
    ['这是***“重点”***内容', '这是<em><strong>“重点”</strong></em>内容'],
    ['**중요(필독)**입니다.', '<strong>중요(필독)</strong>입니다.'],
    ['**"สำคัญ"**มาก', '<strong>&quot;สำคัญ&quot;</strong>มาก'],
    ['运行**`npm ci`**命令', '运行<strong><code>npm ci</code></strong>命令'],
    ['见**[文档](https://a.b/)**了解', '见<strong><a href="https://a.b/">文档</a></strong>了解'],
    ['__注意：__请先备份。', '<strong>注意：</strong>请先备份。'],
    ['看__“要点”__一词', '看<strong>“要点”</strong>一词'],
    ['~~旧的（错误）~~新的', '<del>旧的（错误）</del>新的'],
    ['~一~~二~', '<del>一~~二</del>'],
    ['**𠮷（𠮷）**𠮷', '<strong>𠮷（𠮷）</strong>𠮷'],
    ['变量_名_值 方法__init__是', '变量_名_值 方法__init__是'],
    ['没有 ** 强调 ** 。', '没有 ** 强调 ** 。'],
    ['\\*\\*注意：**请', '**注意：**请'],
    ['- **甲：**乙\n- **丙：**丁', ''],
  ])('%j', (source, expected) => {
    if (expected === '')
      expect(html(source)).toBe('<ul><li><strong>甲：</strong>乙</li><li><strong>丙：</strong>丁</li></ul>')
    else expect(html(source)).toBe(`<p>${expected}</p>`)
  })

  test.each([
    '请看**“要点”**一词。',
    '**注意：**请先备份。',
    '**重要（必読）**です。',
    '重要*提示*内容',
    '~~旧的（错）~~新的',
  ])('shows no delimiter while %j is written', (source) => {
    for (let end = 1; end <= source.length; end++)
      expect(html(source.slice(0, end), true), source.slice(0, end)).not.toMatch(/[*~]/)
  })

  test('leaves texts in other scripts to the rules of CommonMark', () => {
    expect(pairEmphasis('a **b** c')).toBeUndefined()
    expect(html('f**(a) and g**(b)')).toBe('<p>f**(a) and g**(b)</p>')
  })

  test.each<[string, string]>([
    [
      '访问https://example.org/页面，然后',
      '访问<a href="https://example.org/%E9%A1%B5%E9%9D%A2">https://example.org/页面</a>，然后',
    ],
    ['见（https://a.b/c）。', '见（<a href="https://a.b/c">https://a.b/c</a>）。'],
    ['https://example.org的页面', '<a href="https://example.org/">https://example.org</a>的页面'],
  ])('a web address ends before the punctuation of the text: %j', (source, expected) => {
    expect(html(source)).toBe(`<p>${expected}</p>`)
  })

  test.each<[string, string, string | undefined]>([
    ['$x$是变量', '中', 'x'],
    ['$v = \\frac{距离}{时间}$成立', '式', 'v = \\frac{距离}{时间}'],
    ['$开始，到$结束', '从', undefined],
    ['$5和$6', '是', undefined],
    ['$5，另一个是6$。', '是', undefined],
    ['$x$y', '中', undefined],
  ])('a formula %j after %j', (source, before, tex) => {
    expect(matchFormula(source, before)?.tex).toBe(tex)
  })
})

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

describe('D21: tags, footnotes and callouts in answers', () => {
  test.each<[string, string]>([
    ['H<sub>2</sub>O', '<p>H<sub>2</sub>O</p>'],
    ['x<sup>2*n*</sup>', '<p>x<sup>2<em>n</em></sup></p>'],
    ['<kbd>Ctrl</kbd> + <MARK>C</MARK>', '<p><kbd>Ctrl</kbd> + <mark>C</mark></p>'],
    ['**a<sub>b</sub>**', '<p><strong>a<sub>b</sub></strong></p>'],
    ['<sub>a<sup>b</sup></sub>', '<p><sub>a<sup>b</sup></sub></p>'],
    ['a<br>b', '<p>a<br/>b</p>'],
    ['<sub>a', '<p>&lt;sub&gt;a</p>'],
    ['a</sub>', '<p>a&lt;/sub&gt;</p>'],
    ['<sub onclick="x()">a</sub>', '<p>&lt;sub onclick=&quot;x()&quot;&gt;a&lt;/sub&gt;</p>'],
    ['<b>a</b> <span>b</span>', '<p>&lt;b&gt;a&lt;/b&gt; &lt;span&gt;b&lt;/span&gt;</p>'],
    ['`<sub>a</sub>`', '<p><code>&lt;sub&gt;a&lt;/sub&gt;</code></p>'],
  ])('%j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })

  test.each<[string, string]>([
    [
      '<details>\n<summary>More *here*</summary>\n\nHidden **words**\n\n- one\n\n</details>\n\nAfter',
      '<details class="md-details"><summary>More <em>here</em></summary><p>Hidden <strong>words</strong></p><ul><li>one</li></ul></details><p>After</p>',
    ],
    [
      '<details><summary>S</summary>b</details>',
      '<details class="md-details"><summary>S</summary><p>b</p></details>',
    ],
    [
      'Before\n<details open>\nb\n</details>',
      '<p>Before</p><details class="md-details" open=""><summary>Details</summary><p>b</p></details>',
    ],
    [
      '<details>\n<summary>A</summary>\n\n<details>\n<summary>B</summary>\n\nc\n\n</details>\n\nd\n\n</details>\n\ne',
      '<details class="md-details"><summary>A</summary><details class="md-details"><summary>B</summary><p>c</p></details><p>d</p></details><p>e</p>',
    ],
    ['<details ontoggle="x()">\na', '<p>&lt;details ontoggle=&quot;x()&quot;&gt;<br/>a</p>'],
  ])('a folded part: %j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })

  test('code in a folded part may contain its tags', () => {
    const shown = html(
      '<details>\n<summary>S</summary>\n\n```html\n</details>\n```\n\nin\n\n</details>\n\nout',
    )
    expect(shown).toMatch(/&lt;\/details&gt;.*<p>in<\/p><\/details><p>out<\/p>$/s)
  })

  test('no tag shows while a text with tags is written', () => {
    const source =
      'H<sub>2</sub>O, <kbd>Ctrl</kbd>\n\n<details>\n<summary>More</summary>\n\nHidden\n\n</details>\n\n> [!NOTE]\n> words\n\nA claim[^1].\n\n[^1]: The proof.\n'
    for (let end = 1; end <= source.length; end++)
      expect(html(source.slice(0, end), true), source.slice(0, end)).not.toMatch(/&lt;|&gt;|\[/)
  })

  test.each<[string, string, string]>([
    ['> [!NOTE]\n> Read **this**.', 'note', '<p>Read <strong>this</strong>.</p>'],
    ['> [!warning] Read this.', 'warning', '<p>Read this.</p>'],
    ['> [!TIP]\n>\n> - one\n> - two', 'tip', '<ul><li>one</li><li>two</li></ul>'],
    ['- x\n\n  > [!CAUTION]\n  > Hot.', 'caution', '<p>Hot.</p>'],
  ])('a callout: %j', (source, kind, expected) => {
    const name = kind.slice(0, 1).toUpperCase() + kind.slice(1)
    expect(html(source)).toContain(
      `<div class="md-callout" role="note" data-kind="${kind}" aria-label="${name}"><p class="md-callout-title" aria-hidden="true">${name}</p>${expected}</div>`,
    )
  })

  test('another word in such brackets stays a quote', () => {
    expect(html('> [!SECRET]\n> a')).toBe('<blockquote><p>[!SECRET]<br/>a</p></blockquote>')
  })

  test('a footnote and its reference lead to each other', () => {
    const shown = html(
      'A claim[^1] and more[^Note].\n\n[^1]: The *proof*.\n[^note]: Words\n  on two lines.\n',
    )
    expect(shown).toMatch(
      /claim<sup class="md-note-reference"><button[^>]*aria-label="Footnote 1">1<\/button><\/sup> and/,
    )
    expect(shown).toMatch(/<button[^>]*data-note-reference="Note"/)
    expect(shown).toMatch(/<div class="md-note"[^>]*data-note="1"[^>]*>.*<p>The <em>proof<\/em>\.<\/p>/)
    expect(shown).toContain('<p>Words<br/>on two lines.</p>')
    expect(shown).not.toContain('[^')
  })

  test('a number is a reference even without its footnote, another label is text', () => {
    expect(html('A claim[^1].')).toBe('<p>A claim<sup class="md-note-reference">1</sup>.</p>')
    expect(html('The class [^abc] of')).toBe('<p>The class [^abc] of</p>')
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
