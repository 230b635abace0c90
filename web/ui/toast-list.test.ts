import { beforeEach, expect, test } from 'vitest'
import { manualTime } from '../../test/support/manual-time.ts'
import { shownMs, ToastList } from './toast-list.ts'

let time: ReturnType<typeof manualTime>
let list: ToastList
beforeEach(() => {
  time = manualTime()
  list = new ToastList(time.sleep)
})
const texts = (): string[] => list.current().map(({ text }) => text)

test('D28: a toast is shown for 8 s', async () => {
  list.show('Chat deleted')
  await time.advance(7999)
  expect(texts()).toEqual(['Chat deleted'])
  await time.advance(1)
  expect(texts()).toEqual([])
})

test('D28: no toast disappears while one is pointed at or focused, and each gets its full time afterwards', async () => {
  list.show('First')
  await time.advance(shownMs - 1)
  list.hold()
  list.show('Second')
  await time.advance(10 * shownMs)
  expect(texts()).toEqual(['First', 'Second'])
  list.release()
  await time.advance(shownMs - 1)
  expect(texts()).toEqual(['First', 'Second'])
  await time.advance(1)
  expect(texts()).toEqual([])
})

test('D28: after the pointed-at toast was used, the next one disappears in time', async () => {
  list.show('First')
  list.hold()
  list.dismiss(list.current()[0]!.id)
  list.show('Second')
  await time.advance(shownMs)
  expect(texts()).toEqual([])
})

test('only the last three toasts are shown, and no timer of an older one is left', async () => {
  for (const text of ['1', '2', '3', '4', '5']) list.show(text)
  expect(texts()).toEqual(['3', '4', '5'])
  await time.advance(0)
  expect(time.pendingSleeps()).toHaveLength(3)
})
