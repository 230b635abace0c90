import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readRecentModels, recordUsedModel } from './recent-models.ts'
import { writeStored } from '../storage/safe-storage.ts'
import { chooseModel } from './use-models.ts'

let stored: Map<string, string>
beforeEach(() => {
  stored = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  })
})
afterEach(() => vi.unstubAllGlobals())

const model = (id: string): Parameters<typeof chooseModel>[0][number] => ({
  id,
  name: id,
  connectionId: 'one',
  connectionName: 'One',
  demo: false,
})

test('D8: models that were used are kept in the browser, newest first, each once, and at most twelve', () => {
  for (const id of ['a', 'b', 'a', 'c']) recordUsedModel(id)
  expect(readRecentModels()).toEqual(['c', 'a', 'b'])
  for (let n = 0; n < 20; n++) recordUsedModel(`m${n}`)
  expect(readRecentModels()).toHaveLength(12)
  expect(readRecentModels()[0]).toBe('m19')
})

test('D8: the last model of an earlier version counts, and a broken value is no model', () => {
  writeStored('last-model', 'old')
  expect(readRecentModels()).toEqual(['old'])
  for (const broken of ['{', '{"a":1}', '[1]']) {
    writeStored('recent-models', broken)
    expect(readRecentModels()).toEqual(['old'])
  }
})

test('without a wish, the newest used model that is still available answers', () => {
  for (const id of ['a', 'b', 'gone']) recordUsedModel(id)
  const models = ['x', 'a', 'b'].map(model)
  expect(chooseModel(models, [undefined, 'also gone'])).toBe('b')
  expect(chooseModel(models, ['x'])).toBe('x')
  expect(chooseModel([model('x')], [])).toBe('x')
})
