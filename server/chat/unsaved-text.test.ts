import { describe, expect, test } from 'vitest'
import { UnsavedText } from './unsaved-text.ts'

const starts: [number, number][] = [
  [1, 0],
  [7, 4],
]
const begin = (about: Partial<ConstructorParameters<typeof UnsavedText>[0]> = {}) =>
  new UnsavedText({ text: '', saved: 0, anew: false, ...about })

describe('the words that the store lacks', () => {
  test('are those of the text it begins with, and those that are added', () => {
    const unsaved = begin({ text: 'One two ', saved: 4 })
    unsaved.add('three')
    expect(unsaved.part()).toEqual({ start: 4, length: 9, text: 'two three' })
    expect(unsaved.length).toBe(9)
  })

  test('are none when all are saved; words that came during the save stay', () => {
    const unsaved = begin()
    unsaved.add('One ')
    const part = unsaved.part()!
    unsaved.add('two')
    unsaved.tookPart(part)
    expect(unsaved.part()).toEqual({ start: 4, length: 3, text: 'two' })
    unsaved.tookPart(unsaved.part()!)
    expect([unsaved.part(), unsaved.saved]).toEqual([undefined, 7])
  })

  test('a save of another place is no save of theirs', () => {
    const unsaved = begin({ text: 'One two', saved: 4 })
    unsaved.tookPart({ start: 0, length: 4 })
    expect(unsaved.part()).toEqual({ start: 4, length: 3, text: 'two' })
  })
})

describe('meeting the store', () => {
  test('which has more than was heard of: the reply to a save was lost', () => {
    const unsaved = begin({ text: 'One two' })
    unsaved.meet({ saved: 7, savedFence: 7 }, { starts, text: 'One two' })
    expect([unsaved.part(), unsaved.saved]).toEqual([undefined, 7])
  })

  test('which has less: a database that failed over lost what it had acknowledged', () => {
    const unsaved = begin({ text: 'One two', saved: 7 })
    unsaved.meet({ saved: 4, savedFence: 1 }, { starts, text: 'One two' })
    expect(unsaved.part()).toEqual({ start: 4, length: 3, text: 'two' })
    unsaved.meet({ saved: 0, savedFence: 0 }, { starts, text: 'One two' })
    expect([unsaved.part()?.start, unsaved.anew]).toEqual([0, false])
  })

  test('which has text of a fence that this text does not descend from: it is replaced whole', () => {
    const unsaved = begin({ text: 'One two', saved: 7 })
    unsaved.meet({ saved: 9, savedFence: 5 }, { starts, text: 'One two' })
    expect(unsaved.anew).toBe(true)
    expect(unsaved.part()).toEqual({ start: 0, length: 7, text: 'One two' })
  })
})

test('a text that replaces another is saved even while it is empty, once', () => {
  const unsaved = begin({ saved: 9, anew: true })
  expect(unsaved.part()).toEqual({ start: 0, length: 0, text: '' })
  unsaved.tookPart({ start: 0, length: 0 })
  expect([unsaved.anew, unsaved.part()]).toEqual([false, undefined])
})
