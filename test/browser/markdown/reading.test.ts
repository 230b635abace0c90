import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { describe, expect, test } from 'vitest'
import { benchSource } from '../../support/bench-source.ts'
import { waitUntilStill, useHarness } from './use-harness.ts'

const harnessPages = useHarness()

describe('large text', () => {
  test('5,000 rows show their first 400 and the others on request', async () => {
    const page = await harnessPages.open()
    const rows = Array.from({ length: 5000 }, (_, index) => `| ${index} | a | b |\n`).join('')
    await page.evaluate((text) => harness.show(text), `| n | a | b |\n|--:|---|---|\n${rows}`)
    expect(await page.locator('tbody tr').count()).toBe(400)
    expect(await page.locator('.md-more').innerText()).toBe('Show 4600 more of 5000 rows')
    await page.locator('.md-more').click()
    await expect.poll(() => page.locator('tbody tr').count(), { timeout: 20_000 }).toBe(5000)
    expect(await page.locator('.md-more').count()).toBe(0)
  })

  test('200 kB of code is split into chunks whose height is known before they are drawn', async () => {
    const page = await harnessPages.open()
    const code = Array.from(
      { length: 5000 },
      (_, index) => `const value${index} = "some words of this line"`,
    ).join('\n')
    await page.evaluate((text) => harness.show(text), `\`\`\`ts\n${code}\n\`\`\``)
    expect(await page.locator('.md-chunk').count()).toBe(250)
    const pre = await page.locator('pre').evaluate((node) => node.getBoundingClientRect().height)
    expect(Math.abs(pre - 5000 * 21 - 16)).toBeLessThan(2)
    expect(await page.locator('code').evaluate((node) => node.textContent)).toBe(code)
  })

  test('100,000 links are mounted piece by piece', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.show('[a](https://example.org/x) '.repeat(100_000)))
    const first = await page.locator('a').count()
    expect(first).toBeGreaterThan(1000)
    expect(first).toBeLessThan(20_000)
    await expect.poll(() => page.locator('.md a').count(), { timeout: 30_000 }).toBeGreaterThan(2 * first)
  })
})

describe('D4: chemical formulas', () => {
  test('are rendered under the policy of the page, and load their extension only when they are shown', async () => {
    const page = await harnessPages.open()
    const loaded: string[] = []
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
    await page.evaluate(() => harness.show('The area is $\\pi r^2$.'))
    await expect.poll(() => page.locator('.katex').count()).toBe(1)
    expect(loaded.filter((path) => path.includes('mhchem'))).toEqual([])
    await page.evaluate(() =>
      harness.show('Water is \\ce{H2O}, and $\\ce{SO4^2- + Ba^2+ -> BaSO4 v}$ is a salt.'),
    )
    await expect.poll(() => page.locator('.katex').count()).toBe(2)
    expect(await page.locator('.md-math-source').count()).toBe(0)
    expect(loaded.some((path) => path.includes('mhchem'))).toBe(true)
  })

  test('in a form that the extension does not know are shown complete', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.show('\\ce{A -> B} and $\\ce{\\nosuch}$'))
    await expect.poll(() => page.locator('.katex').count()).toBe(1)
    await expect.poll(() => page.locator('.md-math-source').innerText()).toBe('$\\ce{\\nosuch}$')
  })
})

describe('reading and keyboard', () => {
  // `npm test` runs the narrow dark view, `test:all` both.
  test.each([
    ['dark', 390] as const,
    ...(process.env['SHOAL_TEST_ALL'] === '1' ? [['light', 1000] as const] : []),
  ])('axe finds nothing, %s, %i px', async (colorScheme, width) => {
    const page = await harnessPages.open({ colorScheme, viewport: { width, height: 900 } })
    await page.evaluate((text) => harness.answer(text), `<think>\nSo.\n</think>\n\n${benchSource}`)
    await waitUntilStill(page)
    await page.locator('.reasoning-toggle').click()
    const { violations } = await new AxeBuilder({ page }).disableRules(['page-has-heading-one']).analyze()
    expect(
      violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' ')}`),
    ).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  })

  test('D26: the tools of code come before its box, which scrolls by arrow keys and is not changed by any key', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() =>
      harness.show(`\`\`\`js\nconst long = "${'x'.repeat(400)}"\n\`\`\`\n\n[after](https://example.org)`),
    )
    const before = await page.locator('code').textContent()
    await page.getByRole('button', { name: 'Wrap lines' }).waitFor()
    const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.className)
    for (const name of ['md-tool', 'md-tool', 'md-copy', 'md-code-scroll']) {
      await page.keyboard.press('Tab')
      expect(await focused()).toBe(name)
    }
    await page.keyboard.press('ArrowRight')
    await expect
      .poll(() => page.locator('.md-code-scroll').evaluate((node) => node.scrollLeft))
      .toBeGreaterThan(0)
    await page.keyboard.type('abc')
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('after')
    expect(await page.locator('code').textContent()).toBe(before)
  })

  test('D26: code that is not wider than its box is no Tab stop and has nothing to wrap', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.show('```js\nshort\n```'))
    await waitUntilStill(page)
    expect(await page.locator('.md-code-scroll').getAttribute('tabindex')).toBeNull()
    expect(await page.getByRole('button', { name: 'Wrap lines' }).count()).toBe(0)
  })

  test('D26: lines are wrapped and unwrapped', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.show(`\`\`\`js\n${'word '.repeat(200)}\n\`\`\``))
    const wrap = page.getByRole('button', { name: 'Wrap lines' })
    await wrap.click()
    expect(await wrap.getAttribute('aria-pressed')).toBe('true')
    const overflow = (): Promise<number> =>
      page.locator('.md-code-scroll').evaluate((node) => node.scrollWidth - node.clientWidth)
    await expect.poll(overflow).toBeLessThanOrEqual(0)
    await wrap.click()
    await expect.poll(overflow).toBeGreaterThan(100)
  })

  test('D26: the head of long code stays in sight, and Copy with it', async () => {
    const page = await harnessPages.open({ viewport: { width: 1000, height: 600 } })
    await page.evaluate(() => harness.show(`\`\`\`js\n${'line\n'.repeat(200)}\`\`\``))
    await page.mouse.wheel(0, 2000)
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(1500)
    const copy = await page.locator('.md-copy').boundingBox()
    expect(copy?.y).toBeGreaterThanOrEqual(0)
    expect(copy?.y).toBeLessThan(40)
  })

  test('D26: code is saved as a file of its language', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.show('```python\nprint("é")\n```'))
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ])
    expect(saved.suggestedFilename()).toBe('code.py')
    expect(await readFile(await saved.path(), 'utf8')).toBe('print("é")')
  })

  test('copy gives the exact code and says so in words', async () => {
    const page = await harnessPages.open({ permissions: ['clipboard-read', 'clipboard-write'] })
    const code = `${Array.from({ length: 45 }, (_, index) => `\tline ${index} <&>`).join('\n')}\n\nend`
    await page.evaluate((text) => harness.show(text), `\`\`\`\n${code}\n\`\`\``)
    await page.locator('.md-copy').click()
    await expect.poll(() => page.locator('.md-copy').innerText()).toBe('Copied')
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code)
  })

  test('a table is copied as text and as HTML, and saved for spreadsheets; nothing moves when that shows', async () => {
    const page = await harnessPages.open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.evaluate(() => harness.show('| **a** | b |\n|---|--:|\n| <i> | 1,5 |\n\nAfter'))
    const after = page.getByText('After')
    const before = await after.boundingBox()
    await page.locator('.md-table').hover()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await after.boundingBox()).toEqual(before)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('a\tb\n<i>\t1,5')
    const html = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      return (await item!.getType('text/html')).text()
    })
    expect(html).toContain('<td>&lt;i&gt;</td><td>1,5</td>')
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ])
    expect(saved.suggestedFilename()).toBe('table.csv')
    expect(await readFile(await saved.path(), 'utf8')).toBe('\uFEFFa,b\r\n<i>,"1,5"\r\n')
    await page.close()
  })

  test('over plain HTTP, where there is no clipboard of the browser’s, a table is copied as HTML too', async () => {
    const page = await harnessPages.open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.evaluate(() => {
      Object.defineProperty(window, 'isSecureContext', { value: false })
      harness.show('| a |\n|---|\n| 1 |')
    })
    await page.locator('.md-table').hover()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const html = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      return (await item!.getType('text/html')).text()
    })
    expect(html).toContain('<td>1</td>')
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('a\n1')
    await page.close()
  })

  const words = 'This cell explains in a whole sentence what the setting does and when to change it.'
  const settings = `| Setting | What it does | Default | When to change it |\n|---|---|---|---|\n${`| timeout | ${words} | 30 s | ${words} |\n`.repeat(12)}`

  test('D15: on a phone, columns with words stay readable, and the first column stays in sight', async () => {
    const page = await harnessPages.open({ viewport: { width: 390, height: 844 } })
    await page.evaluate((text) => harness.show(text), settings)
    const box = page.locator('.md-table-scroll')
    await expect.poll(() => box.getAttribute('data-scrolls')).toBe('true')
    expect((await page.locator('td:nth-child(2)').first().boundingBox())?.width).toBeGreaterThanOrEqual(240)
    const before = await page.locator('td:first-child').first().boundingBox()
    await box.evaluate((node) => node.scrollTo(500, 0))
    const after = await page.locator('td:first-child').first().boundingBox()
    expect(after?.x).toBe(before?.x)
    expect(after?.width).toBeLessThan(150)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })

  test.each(['dark', 'light'] as const)(
    'D15: a table fills the screen and gives the focus back, %s',
    async (colorScheme) => {
      const page = await harnessPages.open({ colorScheme, viewport: { width: 390, height: 844 } })
      await page.evaluate((text) => harness.show(text), settings)
      const opener = page.getByRole('button', { name: 'Full screen' })
      await opener.focus()
      await page.keyboard.press('Enter')
      const screen = page.getByRole('dialog', { name: 'Table' })
      const box = await screen.boundingBox()
      expect([box?.width, box?.height]).toEqual([390, 844])
      const head = screen.locator('th').last()
      const top = (await head.boundingBox())?.y
      await screen.locator('.md-table-scroll').evaluate((node) => node.scrollTo(400, 600))
      expect((await head.boundingBox())?.y).toBe(top)
      const { violations } = await new AxeBuilder({ page }).disableRules(['page-has-heading-one']).analyze()
      expect(violations.map((violation) => violation.id)).toEqual([])
      await page.keyboard.press('Escape')
      await screen.waitFor({ state: 'hidden' })
      expect(await opener.evaluate((node) => node === document.activeElement)).toBe(true)
    },
  )

  test('D21: a footnote and its reference lead to each other by keyboard', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.show(`A claim[^1].\n\n${'Words.\n\n'.repeat(60)}[^1]: The proof.\n`))
    await page.getByRole('button', { name: 'Footnote 1' }).press('Enter')
    const focused = (): Promise<string | null | undefined> =>
      page.evaluate(() => document.activeElement?.textContent)
    expect(await focused()).toContain('The proof.')
    expect(await page.evaluate(() => window.scrollY)).toBeGreaterThan(500)
    await page.getByRole('button', { name: 'Back to the text' }).press('Enter')
    expect(await focused()).toBe('1')
    expect(await page.evaluate(() => window.scrollY)).toBeLessThan(100)
  })

  test.each(['dark', 'light'] as const)(
    'D21: axe finds nothing in tags, footnotes and callouts, %s',
    async (colorScheme) => {
      const page = await harnessPages.open({ colorScheme, viewport: { width: 390, height: 844 } })
      const callouts = ['NOTE', 'TIP', 'IMPORTANT', 'WARNING', 'CAUTION'].map(
        (kind) => `> [!${kind}]\n> Words.\n`,
      )
      await page.evaluate(
        (text) => harness.show(text),
        `H<sub>2</sub>O <mark>marked</mark> <kbd>Ctrl</kbd>[^1]\n\n${callouts.join('\n')}\n<details>\n<summary>More</summary>\n\nHidden\n\n</details>\n\n[^1]: The proof.\n`,
      )
      await waitUntilStill(page)
      await page.getByText('More').click()
      await page.getByText('Hidden').waitFor()
      const { violations } = await new AxeBuilder({ page }).disableRules(['page-has-heading-one']).analyze()
      expect(
        violations.map(
          (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' ')}`,
        ),
      ).toEqual([])
    },
  )

  test('a wide table can be scrolled by keyboard, a narrow one is no Tab stop', async () => {
    const page = await harnessPages.open({ viewport: { width: 390, height: 700 } })
    const wide = Array.from({ length: 12 }, (_, index) => `column${index}`).join(' | ')
    const rule = '--- | '.repeat(11)
    await page.evaluate(
      (text) => harness.show(text),
      `${wide}\n${rule}---\n${wide}\n\n| a | b |\n|---|---|\n| 1 | 2 |`,
    )
    await expect
      .poll(() =>
        page
          .locator('.md-table-scroll')
          .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('tabindex'))),
      )
      .toEqual(['0', null])
  })

  test('54: each block of right-to-left text has its own direction; code does not', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.show('שלום עולם\n\nHello\n\n- שלום\n\n`קוד`'))
    const directions = await page
      .locator('.md > *')
      .evaluateAll((nodes) => nodes.map((node) => getComputedStyle(node).direction))
    expect(directions).toEqual(['rtl', 'ltr', 'rtl', 'ltr'])
  })

  test('a text without code and formulas does not load the libraries for them', async () => {
    const page = await harnessPages.open()
    const scripts: string[] = []
    page.on('request', (request) => {
      if (request.resourceType() !== 'font') scripts.push(new URL(request.url()).pathname)
    })
    await page.evaluate(() => harness.show('Words, **bold**, `code`, $5 and $6.\n\n```\nplain\n```'))
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100))))
    expect(scripts).toEqual([])
    await page.evaluate(() => harness.show('```py\nx = 1\n```'))
    await page.locator('.tok-literal').waitFor()
    expect(scripts.filter((path) => /katex/i.test(path))).toEqual([])
  })
})
