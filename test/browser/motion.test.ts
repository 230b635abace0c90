import { expect, test } from 'vitest'
import { startPage } from './support/page-fixture.ts'
import { waitForAnswer, send } from './support/page-steps.ts'

/** Records in every frame from now on which properties are being animated on the page. */
const watchMotion = `
  globalThis.moved = new Set()
  const recordFrame = () => {
    for (const animation of document.getAnimations()) {
      if (animation.playState !== 'running' || animation.effect.getComputedTiming().duration < 2) continue
      for (const frame of animation.effect.getKeyframes())
        for (const name of Object.keys(frame))
          if (!['offset', 'computedOffset', 'easing', 'composite'].includes(name)) moved.add(name)
    }
    requestAnimationFrame(recordFrame)
  }
  recordFrame()
`
const movement = [
  'transform',
  'translate',
  'scale',
  'rotate',
  'top',
  'left',
  'height',
  'width',
  'blockSize',
  'margin',
]

test.each([
  ['reduce', 0],
  ['no-preference', 1],
] as const)(
  '52: with %s nothing moves, from the first question to the end of its answer',
  async (reducedMotion, least) => {
    await using it = await startPage({ slow: { words: 60, wordsPerSecond: 60 } })
    const page = await it.open('/', { reducedMotion })
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    await page.evaluate(watchMotion)
    await send(page, 'Move')
    await waitForAnswer(page)
    await page.getByRole('button', { name: 'Model: slow' }).click()
    await page.keyboard.press('Escape')
    const moved = await page.evaluate<string[]>('[...moved]')
    const found = moved.filter((name) => movement.includes(name))
    // The control: without reduced motion the field glides, so this test can fail.
    if (least > 0) expect(found.length).toBeGreaterThanOrEqual(least)
    else expect(found).toEqual([])
    expect(it.pageErrors).toEqual([])
  },
)
