import { describe, expect, test } from 'vitest'
import { benchSource } from '../../support/bench-source.ts'
import { hostilePayloads } from '../support/hostile-payloads.ts'
import { showAtOnce, showGrowing, useHarness } from './use-harness.ts'

const harnessPages = useHarness()

describe('a stream and its end', () => {
  test('the DOM of a streamed answer is that of the answer shown at once', async () => {
    const page = await harnessPages.open()
    const whole = await showAtOnce(page, benchSource)
    expect(await showGrowing(page, benchSource, [32])).toBe(whole)
    expect(await showGrowing(page, benchSource, [1, 700, 3, 90])).toBe(whole)
  })

  test('the same holds for every hostile text', async () => {
    const page = await harnessPages.open()
    for (const part of [0, 1, 2, 3]) {
      const text = hostilePayloads
        .filter((_, index) => index % 4 === part)
        .map((payload) => payload.text)
        .join('\n\n')
      expect(await showGrowing(page, text, [17, 5, 230])).toBe(await showAtOnce(page, text))
    }
  })

  test('4: blocks before the last two keep their nodes during the whole stream', async () => {
    const page = await harnessPages.open()
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

  test('5: no unfinished syntax is ever seen, whichever letter came last', async () => {
    const page = await harnessPages.open()
    const source = [
      'A **bold word**, *a slanted one*, ~~a struck one~~, `some code` and [a link](https://example.org/a_b "t").',
      '## A heading with **weight**',
      '- one\n- **two**\n  1. three [four](https://example.org)',
      '| Name | Cost |\n|:--|--:|\n| **tide** | `1` |\n| [wave](https://example.org) | 2 |',
      '> quoted *words*',
      '![a picture](https://example.org/p.png)',
      'The end.',
    ].join('\n\n')
    const { flashes, control } = await page.evaluate((text) => {
      const unfinished = /\*|~~|`|\]\(|\[|https:|^\s*\||\|\s*$|^#|^>/m
      const flashes: string[] = []
      harness.show('')
      for (let end = 1; end <= text.length; end++) {
        harness.grow(text.slice(0, end), end < text.length)
        const shown = document.querySelector('.md')?.textContent ?? ''
        const flash = unfinished.exec(shown)
        if (flash) flashes.push(`${JSON.stringify(text.slice(Math.max(0, end - 20), end))}: ${flash[0]}`)
      }
      // A text of this length that has ended is shown unchanged, and the same check finds its marks.
      harness.grow(text.slice(0, 8), false)
      return { flashes, control: unfinished.test(document.querySelector('.md')?.textContent ?? '') }
    }, source)
    expect(flashes).toEqual([])
    expect(control).toBe(true)
  })

  test('6: neither closing a fence nor the end of the answer moves anything', async () => {
    const page = await harnessPages.open()
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

  test('2, 3: one commit a frame at most, the whole text a few frames after its last piece', async () => {
    const page = await harnessPages.open()
    const result = await page.evaluate(
      async (source) => {
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
        const last = frames
        stream?.append(' The last word.')
        stream?.end()
        while (!document.querySelector('.answer')?.textContent?.includes('The last word.')) {
          await new Promise((resolve) => requestAnimationFrame(resolve))
        }
        counting = false
        return {
          frames,
          commits,
          late: frames - last,
          dots: document.querySelectorAll('.md-dot').length,
        }
      },
      benchSource.slice(0, 6000),
    )
    expect(result.commits).toBeLessThanOrEqual(result.frames + 1)
    // 90 ms are six frames at 60 Hz; the real duration of a frame depends on the machine.
    expect(result.late).toBeLessThanOrEqual(10)
    await expect.poll(() => page.locator('.md-dot').count()).toBe(0)
  })

  test('before the first word a dot is shown, and then its label; opening the reasoning does not move the answer', async () => {
    const page = await harnessPages.open({ viewport: { width: 800, height: 500 } })
    await page.evaluate(() => harness.startStream())
    expect(await page.locator('.answer-waiting .md-dot').count()).toBe(1)
    await expect.poll(() => page.locator('.answer-waiting').innerText()).toMatch(/^Waiting for the model/)
    await page.evaluate(() => harness.stream()?.append('<thi'))
    await page.evaluate(() => harness.stream()?.append('nk>\nFirst this, **then** that.'))
    await expect.poll(() => page.locator('.reasoning').count()).toBe(1)
    expect(await page.locator('.reasoning-text').isVisible()).toBe(false)
    await page.evaluate(
      (text) => {
        harness.stream()?.append(`\n</think>\n\n${text}`)
        harness.stream()?.end()
      },
      benchSource.slice(0, 5000),
    )
    await expect.poll(() => page.locator('.md-dot').count()).toBe(0)
    await page.evaluate(() => window.scrollTo(0, 20))
    const top = () => page.locator('.answer > .md').evaluate((node) => node.getBoundingClientRect().top)
    const before = await top()
    // Playwright’s click would scroll the page itself.
    const toggle = () => page.locator('.reasoning-toggle').evaluate((node: HTMLElement) => node.click())
    await toggle()
    await expect.poll(() => page.locator('.reasoning-text strong').innerText()).toBe('then')
    expect(Math.abs((await top()) - before)).toBeLessThan(1)
    await toggle()
    expect(await page.locator('.reasoning-text').isVisible()).toBe(false)
    expect(Math.abs((await top()) - before)).toBeLessThan(1)
  })

  test('a moving answer has a hollow dot', async () => {
    const page = await harnessPages.open()
    await page.evaluate(() => harness.startStream('moving'))
    const backgroundColor = () =>
      page.locator('.md-dot').evaluate((dot) => getComputedStyle(dot).backgroundColor)
    expect(await backgroundColor()).toBe('rgba(0, 0, 0, 0)')
  })
})
