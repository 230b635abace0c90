import { describe, expect, test } from 'vitest'
import { hostilePayloads } from '../support/hostile-payloads.ts'
import { showAtOnce, waitUntilStill, useHarness } from './use-harness.ts'

const harnessPages = useHarness()

describe('hostile text under the policy of the page', () => {
  test.each(['whole', 'streamed'] as const)(
    '%s: nothing runs, nothing leaks, nothing is violated',
    async (way) => {
      const page = await harnessPages.open()
      const foreign: string[] = []
      page.on('request', (request) => {
        if (!request.url().startsWith(harnessPages.origin())) foreign.push(request.url())
      })
      expect(hostilePayloads.length).toBeGreaterThanOrEqual(94)
      for (const { name, text } of hostilePayloads) {
        const found = await page.evaluate(
          async ([source, streamed]) => {
            harness.show('')
            if (streamed)
              for (let end = 7; end < source.length; end += 61) harness.grow(source.slice(0, end), true)
            harness.show(source)
            await new Promise((resolve) => setTimeout(resolve, 0))
            const root = document.querySelector('main')
            const all = [...(root?.querySelectorAll('*') ?? [])]
            for (const node of all) {
              node.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))
              if (node instanceof HTMLElement) node.focus()
            }
            return {
              shown: (root?.textContent ?? '').length > 0,
              handlers: all
                .flatMap((node) => [...node.attributes].map((entry) => entry.name))
                .filter((entry) => entry.startsWith('on')),
              elements: all
                .map((node) => node.localName)
                .filter((entry) =>
                  /^(script|iframe|object|embed|form|input|style|link|meta|base|dialog|video|audio)$/.test(
                    entry,
                  ),
                ),
              named: all
                .filter((node) => node.id !== '' || node.hasAttribute('name'))
                .map((node) => node.outerHTML),
              schemes: all
                .filter((node) => node.hasAttribute('href'))
                .map((node) => node.getAttribute('href') ?? '')
                .filter((href) => !/^(https?:\/\/(?![^/]*@)|mailto:)/.test(href)),
              images: [...document.images]
                .map((image) => image.src)
                .filter((source) => !source.startsWith(location.origin)),
              fixed: all.filter((node) => getComputedStyle(node).position === 'fixed').length,
            }
          },
          [text, way === 'streamed'] as const,
        )
        expect({ name, ...found }).toEqual({
          name,
          shown: true,
          handlers: [],
          elements: [],
          named: [],
          schemes: [],
          images: [],
          fixed: 0,
        })
      }
      // Formulas appear when KaTeX has loaded: wait for the last one.
      await page.evaluate(
        (texts) => harness.show(texts.join('\n\n')),
        hostilePayloads.map((payload) => payload.text),
      )
      await waitUntilStill(page)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width).toBeLessThanOrEqual(1000)
      expect(foreign).toEqual([])
      expect(await page.evaluate(() => (window as never as { ran: number }).ran)).toBe(0)
      expect(await page.evaluate(() => (window as never as { violations: string[] }).violations)).toEqual([])
      expect(await page.evaluate(() => document.querySelector('#root') instanceof HTMLDivElement)).toBe(true)
    },
  )

  test('a formula can neither cover the page nor grow into a huge number of nodes', async () => {
    const page = await harnessPages.open()
    for (const { name, text } of hostilePayloads.filter((payload) => payload.name.startsWith('formulas'))) {
      await page.evaluate((source) => harness.show(source), text)
      await waitUntilStill(page)
      const size = await page.locator('.md').evaluate((node) => ({
        height: node.getBoundingClientRect().height,
        nodes: node.querySelectorAll('*').length,
      }))
      expect(size.height, name).toBeLessThan(2200)
      expect(size.nodes, name).toBeLessThan(30_000)
    }
  })

  test('the allowed nesting of a formula does not depend on the remaining stack', async () => {
    const page = await harnessPages.open()
    const nested = (levels: number): string => `$$${'{'.repeat(levels)}x${'}'.repeat(levels)}$$`
    const shown = async (text: string): Promise<number> => {
      await showAtOnce(page, text)
      return page.locator('.md .katex').count()
    }
    expect(await shown(nested(60))).toBe(1)
    // KaTeX itself sometimes accepts these depths: always, once the browser has optimised its code.
    for (const levels of [300, 600, 1200, 1800]) expect(await shown(nested(levels))).toBe(0)
  })

  test('the control: the same policy would have reported a string made into HTML', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => {
      try {
        document.body.insertAdjacentHTML('beforeend', '<p>x</p>')
      } catch {
        // The refusal is the expected result.
      }
    })
    await expect
      .poll(() => page.evaluate(() => (window as never as { violations: string[] }).violations.length))
      .toBeGreaterThan(0)
    harnessPages.errors.splice(0)
  })

  test('43: if the renderer fails, that message is shown as plain text, and the rest of the page stays', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.failing('**words**\n\n```js\nx\n```'))
    expect(await page.locator('.md-plain').innerText()).toContain('**words**')
    expect(await page.locator('#rest').innerText()).toBe('the rest of the page')
    expect(harnessPages.errors.splice(0).join()).toContain('A message could not be rendered')
  })
})
