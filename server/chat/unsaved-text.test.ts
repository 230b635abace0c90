import { describe, expect, test } from 'vitest'
import { UnsavedText } from './unsaved-text.ts'

const starts: [number, number][] = [
  [1, 0],
  [7, 4],
]
const begin = (about: Partial<ConstructorParameters<typeof UnsavedText>[0]> = {}) =>
  new UnsavedText({ text: '', saved: 0, replacesSaved: false, ...about })

describe('unsaved text', () => {
  test('is the unsaved part of the initial text, and all added text', () => {
    const unsaved = begin({ text: 'One two ', saved: 4 })
    unsaved.add('three')
    expect(unsaved.part()).toEqual({ start: 4, length: 9, text: 'two three' })
    expect(unsaved.length).toBe(9)
  })

  test('is empty when all is saved; text that is added during a save stays', () => {
    const unsaved = begin()
    unsaved.add('One ')
    const part = unsaved.part()!
    unsaved.add('two')
    unsaved.partSaved(part)
    expect(unsaved.part()).toEqual({ start: 4, length: 3, text: 'two' })
    unsaved.partSaved(unsaved.part()!)
    expect([unsaved.part(), unsaved.saved]).toEqual([undefined, 7])
  })

  test('ignores a save that began at another length', () => {
    const unsaved = begin({ text: 'One two', saved: 4 })
    unsaved.partSaved({ start: 0, length: 4 })
    expect(unsaved.part()).toEqual({ start: 4, length: 3, text: 'two' })
  })
})

describe('adopting the saved length of the store', () => {
  test('that is larger: the reply to a save was lost', () => {
    const unsaved = begin({ text: 'One two' })
    unsaved.reconcile({ saved: 7, savedFence: 7 }, { starts, text: 'One two' })
    expect([unsaved.part(), unsaved.saved]).toEqual([undefined, 7])
  })

  test('that is smaller: a database failover lost acknowledged saves', () => {
    const unsaved = begin({ text: 'One two', saved: 7 })
    unsaved.reconcile({ saved: 4, savedFence: 1 }, { starts, text: 'One two' })
    expect(unsaved.part()).toEqual({ start: 4, length: 3, text: 'two' })
    unsaved.reconcile({ saved: 0, savedFence: 0 }, { starts, text: 'One two' })
    expect([unsaved.part()?.start, unsaved.replacesSaved]).toEqual([0, false])
  })

  test('of a fence that this text does not descend from: the stored text is replaced', () => {
    const unsaved = begin({ text: 'One two', saved: 7 })
    unsaved.reconcile({ saved: 9, savedFence: 5 }, { starts, text: 'One two' })
    expect(unsaved.replacesSaved).toBe(true)
    expect(unsaved.part()).toEqual({ start: 0, length: 7, text: 'One two' })
  })
})

test('text that replaces another is saved once even if it is empty', () => {
  const unsaved = begin({ saved: 9, replacesSaved: true })
  expect(unsaved.part()).toEqual({ start: 0, length: 0, text: '' })
  unsaved.partSaved({ start: 0, length: 0 })
  expect([unsaved.replacesSaved, unsaved.part()]).toEqual([false, undefined])
})
