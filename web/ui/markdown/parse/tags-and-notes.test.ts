import { describe, expect, test } from 'vitest'
import { markdownHtml as html } from '../../../../test/browser/markdown/markdown-html.ts'

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
