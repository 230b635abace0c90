import { describe, expect, test } from 'vitest'
import { matchFormula } from './math-syntax.ts'

describe('formulas', () => {
  test.each<[string, string]>([
    ['$x$', 'x'],
    ['$x_1 + y^2$ and', 'x_1 + y^2'],
    ['$1/c = 250$ a second', '1/c = 250'],
    ['$\\$5$', '\\$5'],
    ['$$x$$', 'x'],
    ['\\(x\\)', 'x'],
    ['\\[ x\ny \\]', 'x\ny'],
    ['\\[x^2\\]', 'x^2'],
  ])('%j contains the formula %j', (source, tex) => {
    expect(matchFormula(source, ' ')?.tex).toBe(tex)
  })

  test.each<[string, string]>([
    ['$5 and $6', ' '],
    ['$5, or maybe 6$', ' '],
    ['$10,$20', ' '],
    ['$HOME and $USER', ' '],
    ['$PATH:$HOME', ' '],
    ['$ x$', ' '],
    ['$x $', ' '],
    ['$x$y', ' '],
    ['$x$', 'S'],
    ['$a\n\nb$', ' '],
    ['$`a`$', ' '],
    ['$$ $$', ' '],
    ['$$a\n\nb$$', ' '],
    ['\\(a', ' '],
    ['\\[b\\](c)', ' '],
    [`$${'x'.repeat(700)}$`, ' '],
  ])('%j after %j contains no formula', (source, before) => {
    expect(matchFormula(source, before)).toBeUndefined()
  })
})
