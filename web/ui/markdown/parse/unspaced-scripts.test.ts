import { describe, expect, test } from 'vitest'
import { markdownHtml as html } from '../../../../test/browser/markdown/markdown-html.ts'
import { pairEmphasis } from './emphasis-pairs.ts'
import { matchFormula } from './math-syntax.ts'

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
