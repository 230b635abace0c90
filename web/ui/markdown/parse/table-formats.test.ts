import type { Tokens } from 'marked'
import { expect, test } from 'vitest'
import { emptyLinks, lexSegment } from './lexer.ts'
import { tableText, toCsv, toHtml, toTabs } from './table-formats.ts'
import type { TableText } from './table-formats.ts'

function read(source: string): TableText {
  const table = lexSegment(source, emptyLinks()).find((it) => it.type === 'table') as Tokens.Table
  return tableText(table.header, table.rows)
}

const table = read(
  [
    '| **Name** | `a\\|b` | [link](https://example.org) |',
    '| --- | --- | --- |',
    '| Tom &amp; Jerry | say "hi", <br>then go | $x^2$ |',
    '| =HYPERLINK("http://x") | -1.5 | +49 30 |',
    '| @cmd | -rf | 50 % |',
  ].join('\n'),
)

test('cells have no markup, and no spreadsheet can run them as formulas', () => {
  expect(table).toEqual([
    ['Name', 'a|b', 'link'],
    ['Tom & Jerry', 'say "hi", \nthen go', '$x^2$'],
    [`'=HYPERLINK("http://x")`, '-1.5', '+49 30'],
    ["'@cmd", "'-rf", '50 %'],
  ])
})

test('as CSV: quotes, commas and line breaks stay within their field', () => {
  expect(toCsv(table.slice(0, 2))).toBe(
    '\uFEFFName,a|b,link\r\nTom & Jerry,"say ""hi"", \nthen go",$x^2$\r\n',
  )
})

test('as text: one line per row, with tabs between columns', () => {
  expect(toTabs(table.slice(0, 2))).toBe('Name\ta|b\tlink\nTom & Jerry\tsay "hi", then go\t$x^2$')
})

test('as HTML: cells that look like markup are escaped', () => {
  expect(toHtml([['<script>'], ['a & "b"\nc']])).toBe(
    '<table><thead><tr><th>&lt;script&gt;</th></tr></thead><tbody><tr><td>a &amp; &quot;b&quot;<br>c</td></tr></tbody></table>',
  )
})
