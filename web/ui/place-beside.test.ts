import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeBeside } from './place-beside.ts'
import type { Place } from './place-beside.ts'

const screen = { width: 1280, height: 800 }

/** A button 28 px high. */
const button = (left: number, top: number) => ({ left, right: left + 28, top, bottom: top + 28 })

/** The upper and lower edge of a box of this height, which scrolls if there is less space. */
function edges({ from, distance, space }: Place, height: number): [top: number, bottom: number] {
  const shown = Math.min(height, space)
  return from === 'top'
    ? [distance, distance + shown]
    : [screen.height - distance - shown, screen.height - distance]
}

test('D9: a long menu at the foot of the page opens above its button and ends there', () => {
  const place = placeBeside(button(300, 620), { width: 200, height: 384 }, screen)
  // The list is 1,800 px high. It takes the space above the button and no more.
  expect(edges(place, 1800)).toEqual([8, 616])
  expect(edges(place, 384)).toEqual([232, 616])
})

test('D9: wherever the button is, and however high the content becomes, the box stays on the screen', () => {
  fc.assert(
    fc.property(
      fc.record({
        left: fc.nat(1252),
        top: fc.nat(772),
        width: fc.integer({ min: 1, max: 1264 }),
        measured: fc.integer({ min: 1, max: 2000 }),
        later: fc.integer({ min: 1, max: 4000 }),
      }),
      ({ left, top, width, measured, later }) => {
        const place = placeBeside(button(left, top), { width, height: measured }, screen)
        const [upper, lower] = edges(place, later)
        // Beside an opener at the very edge there is no space at all, and the box is empty.
        if (place.space > 0) {
          expect(upper).toBeGreaterThanOrEqual(8)
          expect(lower).toBeLessThanOrEqual(screen.height - 8)
        }
        expect(place.left).toBeGreaterThanOrEqual(8)
        expect(place.left + width).toBeLessThanOrEqual(screen.width - 8)
        // It never covers its opener.
        expect(upper >= top + 28 || lower <= top).toBe(true)
      },
    ),
  )
})

test('it opens below if there is enough space, or if there is less above', () => {
  expect(placeBeside(button(300, 100), { width: 200, height: 384 }, screen)).toMatchObject({
    from: 'top',
    distance: 132,
  })
  expect(placeBeside(button(300, 300), { width: 200, height: 700 }, screen)).toMatchObject({ from: 'top' })
  expect(placeBeside(button(1240, 100), { width: 200, height: 384 }, screen).left).toBe(1068)
})
