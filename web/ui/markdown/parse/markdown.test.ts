import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { markdownHtml as html } from '../../../../test/browser/markdown/markdown-html.ts'
import { Markdown } from '../markdown.tsx'

describe('Markdown as defined by CommonMark and GitHub', () => {
  test.each<[string, string]>([
    ['a\nb', '<p>a<br/>b</p>'],
    ['a  \nb', '<p>a<br/>b</p>'],
    ['a\\\nb', '<p>a<br/>b</p>'],
    ['# a\n## b', '<h2>a</h2><h3>b</h3>'],
    ['# a #', '<h2>a</h2>'],
    ['#no', '<p>#no</p>'],
    ['a\n===', '<h2>a</h2>'],
    ['a\n\n---\n\nb', '<p>a</p><hr/><p>b</p>'],
    [
      '*a* _b_ **c** __d__ ***e***',
      '<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <em><strong>e</strong></em></p>',
    ],
    ['snake_case_name 2*3*4', '<p>snake_case_name 2<em>3</em>4</p>'],
    ['~~a~~', '<p><del>a</del></p>'],
    ['`a*b*` ``c`d``', '<p><code>a*b*</code> <code>c`d</code></p>'],
    ['\\*a\\* \\[b\\](c)', '<p>*a* [b](c)</p>'],
    ['&copy; &amp; &lt;b&gt;', '<p>© &amp; &lt;b&gt;</p>'],
    ['[a](https://b.c/)', '<p><a href="https://b.c/">a</a></p>'],
    ['[a](https://b.c/d_(e) "t")', '<p><a href="https://b.c/d_(e)">a</a></p>'],
    ['[a](<https://b.c/x y>)', '<p><a href="https://b.c/x%20y">a</a></p>'],
    ['<https://b.c/>', '<p><a href="https://b.c/">https://b.c/</a></p>'],
    ['https://b.c/d?e=f&g=h.', '<p><a href="https://b.c/d?e=f&amp;g=h">https://b.c/d?e=f&amp;g=h</a>.</p>'],
    ['[a](mailto:b@c.d)', '<p><a href="mailto:b@c.d">a</a></p>'],
    ['[a](/relative)', '<p>a</p>'],
    ['[a]\n\n[a]: https://b.c/', '<p><a href="https://b.c/">a</a></p>'],
    ['![a](https://b.c/d.png)', '<p><a href="https://b.c/d.png">Image: a</a></p>'],
    [
      '![a](/api/files/x1)',
      '<p><img class="md-image" src="/api/files/x1" alt="a" loading="lazy" decoding="async"/></p>',
    ],
    ['- a\n- b\n  - c', '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>'],
    ['- a\n\n- b', '<ul><li><p>a</p></li><li><p>b</p></li></ul>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['- a\n\n1. b', '<ul><li>a</li></ul><ol><li>b</li></ol>'],
    ['> a\n> > b', '<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>'],
    ['<b>a</b>', '<p>&lt;b&gt;a&lt;/b&gt;</p>'],
    ['<div>\n**a**\n</div>', '<p>&lt;div&gt;<br/><strong>a</strong><br/>&lt;/div&gt;</p>'],
    ['<!-- a -->', '<p>&lt;!-- a --&gt;</p>'],
    ['a<br>b', '<p>a<br/>b</p>'],
    ['costs $5 and $6', '<p>costs $5 and $6</p>'],
  ])('%j', (source, expected) => {
    expect(html(source)).toBe(expected)
  })

  test('a task list shows which tasks are done', () => {
    expect(html('- [x] a\n- [ ] b')).toMatch(/aria-label="Done".*>a<.*aria-label="Not done".*>b</)
  })

  test('a table is aligned in head and body', () => {
    const table = html('| a | b |\n|:-:|--:|\n| c | d |')
    expect(table).toContain('<th scope="col" class="md-center">a</th><th scope="col" class="md-right">b</th>')
    expect(table).toContain('<td class="md-center">c</td><td class="md-right">d</td>')
  })

  test('code is plain text in chunks of twenty lines', () => {
    const code = html(`\`\`\`js\n${'<x>\n'.repeat(41)}\`\`\``)
    expect(code.match(/class="md-chunk"/g)).toHaveLength(3)
    expect(code).toContain('&lt;x&gt;')
    expect(code).toContain('aria-label="Code, JavaScript"')
  })

  test('a heading inside a list or a quote is not a heading of the page', () => {
    expect(html('> # a\n\n- ## b')).not.toMatch(/<h\d/)
  })

  test('the dot follows the last word, wherever that is', () => {
    const dot = '<span class="md-dot" aria-hidden="true"></span>'
    const streamed = (text: string) =>
      renderToStaticMarkup(createElement(Markdown, { text, streaming: true }))
    expect(streamed('a **b')).toContain(`</strong>${dot}</p>`)
    expect(streamed('- a\n- b')).toContain(`b${dot}</li>`)
    expect(streamed('> a')).toContain(`a${dot}</p></blockquote>`)
    expect(streamed('| a |\n|---|\n| b |\n')).toContain(`b${dot}</td>`)
    expect(streamed('```\na')).toContain(`a${dot}</span>`)
    expect(streamed('a\n\n---\n')).toContain(`<hr/>${dot}`)
    for (const text of ['a', '- a\n\n  b', '| a |\n|---|\n', '```\n', '# a\n', '', 'a\n\n[b]: c\n']) {
      expect(streamed(text).split(dot).length, text).toBe(2)
    }
  })
})
