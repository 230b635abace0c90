import { expect, test } from 'vitest'
import { AccessCache } from './access-cache.ts'

const ann = { userId: 'ann', sessionId: 's1' }

test('a read that a revocation interrupts is repeated, and fails with busy after 8 attempts', async () => {
  const cache = new AccessCache()
  let reads = 0
  const read = async (): Promise<typeof ann> => {
    reads++
    cache.dropRevoked(new Set(), new Set(['somebody else']))
    return ann
  }
  await expect(cache.fill('c', read)).rejects.toMatchObject({ code: 'busy' })
  expect(reads).toBe(8)
  expect(cache.get('c')).toBeUndefined()
})

test('a failed read is neither cached nor shared with later callers', async () => {
  const cache = new AccessCache()
  await expect(cache.fill('c', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await cache.fill('c', () => Promise.resolve(ann))).toBe(ann)
})

test('is bounded: the oldest entry is removed first', async () => {
  const cache = new AccessCache(2)
  for (const credential of ['a', 'b', 'c']) await cache.fill(credential, () => Promise.resolve(ann))
  expect(['a', 'b', 'c'].map((credential) => cache.get(credential) !== undefined)).toEqual([
    false,
    true,
    true,
  ])
})

test('a revocation by session or user does not affect other entries', async () => {
  const cache = new AccessCache()
  const all = [ann, { userId: 'ann', sessionId: 's2' }, { userId: 'bob', sessionId: null }]
  for (const [index, one] of all.entries()) await cache.fill(`${index}`, () => Promise.resolve(one))
  const left = (): string[] => ['0', '1', '2'].filter((credential) => cache.get(credential))
  cache.dropRevoked(new Set(['s1']), new Set())
  expect(left()).toEqual(['1', '2'])
  cache.dropRevoked(new Set(), new Set(['ann']))
  expect(left()).toEqual(['2'])
  cache.clear()
  expect(left()).toEqual([])
})
