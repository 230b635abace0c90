import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Markdown } from '../markdown.tsx'
import { pairEmphasis } from './emphasis-pairs.ts'
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
