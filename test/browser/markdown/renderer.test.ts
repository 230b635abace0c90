import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AxeBuilder } from '@axe-core/playwright'
import { benchSource } from '../../../web/ui/markdown/bench-source.ts'
import { hostilePayloads } from '../../../web/ui/markdown/hostile-payloads.ts'
import { startHarness } from './harness-page.ts'
import type { HarnessPage } from './harness-page.ts'

let harnessPage: HarnessPage

beforeAll(async () => {
  harnessPage = await startHarness()
})
afterAll(() => harnessPage.close())

const pages: Page[] = []
const errors: string[] = []
afterEach(async () => {
  expect(errors.splice(0)).toEqual([])
  for (const page of pages.splice(0)) await page.context().close()
})

async function openPage(options = {}): Promise<Page> {
  const page = await harnessPage.open(options)
  pages.push(page)
  page.on('pageerror', (error) => errors.push(error.message))
  return page
}

/** Colours and formulas have come, and nothing changes any more. */
async function settled(page: Page): Promise<string> {
  let before = ''
  await expect
    .poll(
      async () => {
        const now = await page.locator('.md').last().innerHTML()
        const same = now === before
        before = now
        return same
      },
      { interval: 250, timeout: 15_000 },
    )
    .toBe(true)
  return before
}

async function atOnce(page: Page, text: string): Promise<string> {
  await page.evaluate((source) => harness.show(source), text)
  return settled(page)
}

async function grown(page: Page, text: string, steps: readonly number[]): Promise<string> {
  await page.evaluate(
    ([source, sizes]) => {
      harness.show('')
      let end = 0
      for (let at = 0; end < source.length; at++) {
        end += sizes[at % sizes.length] ?? 1
        harness.grow(source.slice(0, end), true)
      }
      harness.grow(source, false)
    },
    [text, steps] as const,
  )
  return settled(page)
}

describe('a stream and its end', () => {
  test('the DOM of a streamed answer is that of the answer shown at once', async () => {
    const page = await openPage()
    const whole = await atOnce(page, benchSource)
    expect(await grown(page, benchSource, [32])).toBe(whole)
    expect(await grown(page, benchSource, [1, 700, 3, 90])).toBe(whole)
  })

  test('the same holds for every hostile text', async () => {
    const page = await openPage()
    for (const part of [0, 1, 2, 3]) {
      const text = hostilePayloads
        .filter((_, index) => index % 4 === part)
        .map((payload) => payload.text)
        .join('\n\n')
      expect(await grown(page, text, [17, 5, 230])).toBe(await atOnce(page, text))
    }
  })

  test('blocks before the last two keep their nodes during the whole stream', async () => {
    const page = await openPage()
    const moved = await page.evaluate((source) => {
      harness.show('')
      let lost = 0
      let before: Element[] = []
      for (let end = 40; end < source.length; end += 40) {
        harness.grow(source.slice(0, end), true)
        const now = [...(document.querySelector('.md')?.children ?? [])]
        for (const [index, node] of before.slice(0, -2).entries()) if (now[index] !== node) lost++
        before = now
      }
      return lost
    }, benchSource)
    expect(moved).toBe(0)
  })

  test('closing a fence moves nothing, and neither does the end', async () => {
    const page = await openPage()
    const open = `Words.\n\n\`\`\`js\n${'const a = 1\n'.repeat(30)}`
    const heights = await page.evaluate((source) => {
      const height = () => document.querySelector('.md')?.getBoundingClientRect().height ?? 0
      harness.show('')
      const seen = []
      for (const [text, streaming] of [
        [source, true],
        [`${source}\`\``, true],
        [`${source}\`\`\``, true],
        [`${source}\`\`\`\n`, true],
        [`${source}\`\`\`\n`, false],
      ] as const) {
        harness.grow(text, streaming)
        seen.push(height())
      }
      return seen
    }, open)
    expect(new Set(heights).size, String(heights)).toBe(1)
  })

  test('one commit a frame at most, the whole text within 150 ms of its last piece', async () => {
    const page = await openPage()
    const result = await page.evaluate(async (source) => {
      harness.startStream()
      const stream = harness.stream()
      let frames = 0
      let commits = 0
      let counting = true
      const count = () => {
        frames++
        if (counting) requestAnimationFrame(count)
      }
      requestAnimationFrame(count)
      stream?.subscribe(() => commits++)
      for (let at = 0; at < source.length; at += 60) {
        stream?.append(source.slice(at, at + 60))
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      const last = performance.now()
      stream?.append(' The last word.')
      stream?.end()
      while (!document.querySelector('.answer')?.textContent?.includes('The last word.')) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
      }
      counting = false
      return { frames, commits, lag: performance.now() - last, dots: document.querySelectorAll('.md-dot').length }
    }, benchSource.slice(0, 6000))
    expect(result.commits).toBeLessThanOrEqual(result.frames + 1)
    // Frames are late on a busy machine: two of them are forgiven.
    expect(result.lag).toBeLessThan(250)
    await expect.poll(() => page.locator('.md-dot').count()).toBe(0)
  })

  test('before the first word a dot, then what it means; reasoning opens without moving the answer', async () => {
    const page = await openPage({ viewport: { width: 800, height: 500 } })
    await page.evaluate(() => harness.startStream())
    expect(await page.locator('.answer-waiting .md-dot').count()).toBe(1)
    await expect.poll(() => page.locator('.answer-waiting').innerText()).toMatch(/^Thinking/)
    await page.evaluate(() => harness.stream()?.append('<thi'))
    await page.evaluate(() => harness.stream()?.append('nk>\nFirst this, **then** that.'))
    await expect.poll(() => page.locator('.reasoning').count()).toBe(1)
    expect(await page.locator('.reasoning-text').isVisible()).toBe(false)
    await page.evaluate((text) => {
      harness.stream()?.append(`\n</think>\n\n${text}`)
      harness.stream()?.end()
    }, benchSource.slice(0, 5000))
    await expect.poll(() => page.locator('.md-dot').count()).toBe(0)
    await page.evaluate(() => window.scrollTo(0, 20))
    const top = () => page.locator('.answer > .md').evaluate((node) => node.getBoundingClientRect().top)
    const before = await top()
    await page.locator('.reasoning-toggle').click()
    await expect.poll(() => page.locator('.reasoning-text strong').innerText()).toBe('then')
    expect(Math.abs((await top()) - before)).toBeLessThan(1)
    await page.locator('.reasoning-toggle').click()
    expect(await page.locator('.reasoning-text').isVisible()).toBe(false)
    expect(Math.abs((await top()) - before)).toBeLessThan(1)
  })

  test('a moving answer has a hollow dot', async () => {
    const page = await openPage()
    await page.evaluate(() => harness.startStream('moving'))
    const ground = () => page.locator('.md-dot').evaluate((dot) => getComputedStyle(dot).backgroundColor)
    expect(await ground()).toBe('rgba(0, 0, 0, 0)')
  })
})

describe('hostile text under the policy of the page', () => {
  test.each(['whole', 'streamed'] as const)('%s: nothing runs, nothing leaks, nothing is violated', async (way) => {
    const page = await openPage()
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(harnessPage.origin)) foreign.push(request.url())
    })
    expect(hostilePayloads.length).toBeGreaterThanOrEqual(94)
    for (const { name, text } of hostilePayloads) {
      const found = await page.evaluate(
        async ([source, streamed]) => {
          harness.show('')
          if (streamed) for (let end = 7; end < source.length; end += 61) harness.grow(source.slice(0, end), true)
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
            handlers: all.flatMap((node) => [...node.attributes].map((entry) => entry.name)).filter((entry) => entry.startsWith('on')),
            elements: all
              .map((node) => node.localName)
              .filter((entry) => /^(script|iframe|object|embed|form|input|style|link|meta|base|dialog|video|audio)$/.test(entry)),
            named: all.filter((node) => node.id !== '' || node.hasAttribute('name')).map((node) => node.outerHTML),
            schemes: all
              .filter((node) => node.hasAttribute('href'))
              .map((node) => node.getAttribute('href') ?? '')
              .filter((href) => !/^(https?:\/\/(?![^/]*@)|mailto:)/.test(href)),
            images: [...document.images].map((image) => image.src).filter((source) => !source.startsWith(location.origin)),
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
    // Formulas come when KaTeX has: the last one is waited for.
    await page.evaluate(
      (texts) => harness.show(texts.join('\n\n')),
      hostilePayloads.map((payload) => payload.text),
    )
    await settled(page)
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(1000)
    expect(foreign).toEqual([])
    expect(await page.evaluate(() => (window as never as { ran: number }).ran)).toBe(0)
    expect(await page.evaluate(() => (window as never as { violations: string[] }).violations)).toEqual([])
    expect(await page.evaluate(() => document.querySelector('#root') instanceof HTMLDivElement)).toBe(true)
  })

  test('the control: the same policy would have reported a string made into HTML', async () => {
    const page = await openPage()
    await page.evaluate(() => {
      try {
        document.body.insertAdjacentHTML('beforeend', '<p>x</p>')
      } catch {
        // The refusal is what is looked for.
      }
    })
    await expect
      .poll(() => page.evaluate(() => (window as never as { violations: string[] }).violations.length))
      .toBeGreaterThan(0)
  })

  test('a failure of the renderer shows that message plain, and the rest of the page', async () => {
    const page = await openPage()
    await page.evaluate(() => harness.failing('**words**\n\n```js\nx\n```'))
    expect(await page.locator('.md-plain').innerText()).toContain('**words**')
    expect(await page.locator('#rest').innerText()).toBe('the rest of the page')
  })
})

describe('large text', () => {
  test('5,000 rows show their first 400 and the others on request', async () => {
    const page = await openPage()
    const rows = Array.from({ length: 5000 }, (_, index) => `| ${index} | a | b |\n`).join('')
    await page.evaluate((text) => harness.show(text), `| n | a | b |\n|--:|---|---|\n${rows}`)
    expect(await page.locator('tbody tr').count()).toBe(400)
    expect(await page.locator('.md-more').innerText()).toBe('Show 4600 more of 5000 rows')
    await page.locator('.md-more').click()
    await expect.poll(() => page.locator('tbody tr').count(), { timeout: 20_000 }).toBe(5000)
    expect(await page.locator('.md-more').count()).toBe(0)
  })

  test('200 kB of code stands in chunks whose height is known before they are drawn', async () => {
    const page = await openPage()
    const code = Array.from({ length: 5000 }, (_, index) => `const value${index} = "some words of this line"`).join('\n')
    await page.evaluate((text) => harness.show(text), `\`\`\`ts\n${code}\n\`\`\``)
    expect(await page.locator('.md-chunk').count()).toBe(250)
    const pre = await page.locator('pre').evaluate((node) => node.getBoundingClientRect().height)
    expect(Math.abs(pre - 5000 * 21 - 16)).toBeLessThan(2)
    expect(await page.locator('code').evaluate((node) => node.textContent)).toBe(code)
  })

  test('100,000 links are mounted piece by piece', async () => {
    const page = await openPage()
    await page.evaluate(() => harness.show('[a](https://example.org/x) '.repeat(100_000)))
    const first = await page.locator('a').count()
    expect(first).toBeGreaterThan(1000)
    expect(first).toBeLessThan(20_000)
    await expect.poll(() => page.locator('.md a').count(), { timeout: 30_000 }).toBeGreaterThan(2 * first)
  })
})

describe('reading and keyboard', () => {
  test.each([
    ['light', 1000],
    ['dark', 390],
  ] as const)('axe finds nothing, %s, %i px', async (colorScheme, width) => {
    const page = await openPage({ colorScheme, viewport: { width, height: 900 } })
    await page.evaluate((text) => harness.answer(text), `<think>\nSo.\n</think>\n\n${benchSource}`)
    await settled(page)
    await page.locator('.reasoning-toggle').click()
    const { violations } = await new AxeBuilder({ page }).disableRules(['page-has-heading-one']).analyze()
    expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' ')}`)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  })

  test('a code block is one Tab stop, scrolls by arrow keys and is not changed by any key', async () => {
    const page = await openPage()
    await page.evaluate(() => harness.show(`\`\`\`js\nconst long = "${'x'.repeat(400)}"\n\`\`\`\n\n[after](https://example.org)`))
    const before = await page.locator('code').textContent()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('md-copy')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.locator('.md-code-scroll').evaluate((node) => node.scrollLeft)).toBeGreaterThan(0)
    await page.keyboard.type('abc')
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('after')
    expect(await page.locator('code').textContent()).toBe(before)
  })

  test('copy gives the exact code and says so in words', async () => {
    const page = await openPage({ permissions: ['clipboard-read', 'clipboard-write'] })
    const code = `${Array.from({ length: 45 }, (_, index) => `\tline ${index} <&>`).join('\n')}\n\nend`
    await page.evaluate((text) => harness.show(text), `\`\`\`\n${code}\n\`\`\``)
    await page.locator('.md-copy').click()
    await expect.poll(() => page.locator('.md-copy').innerText()).toBe('Copied')
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code)
  })

  test('a wide table can be scrolled by keyboard, a narrow one is no Tab stop', async () => {
    const page = await openPage({ viewport: { width: 390, height: 700 } })
    const wide = Array.from({ length: 12 }, (_, index) => `column${index}`).join(' | ')
    const rule = '--- | '.repeat(11)
    await page.evaluate((text) => harness.show(text), `${wide}\n${rule}---\n${wide}\n\n| a | b |\n|---|---|\n| 1 | 2 |`)
    await expect
      .poll(() => page.locator('.md-table-scroll').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('tabindex'))))
      .toEqual(['0', null])
  })

  test('text from right to left has its own direction in each block, code has not', async () => {
    const page = await openPage()
    await page.evaluate(() => harness.show('שלום עולם\n\nHello\n\n- שלום\n\n`קוד`'))
    const directions = await page
      .locator('.md > *')
      .evaluateAll((nodes) => nodes.map((node) => getComputedStyle(node).direction))
    expect(directions).toEqual(['rtl', 'ltr', 'rtl', 'ltr'])
  })

  test('the libraries for code and formulas are not fetched by a text without them', async () => {
    const page = await openPage()
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
