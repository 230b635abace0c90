import { describe, expect, test } from 'vitest'
import { clusterSlot } from './cluster-slot.ts'
import { createKeys } from './keys.ts'

const keys = createKeys('open-webui')

describe('keys', () => {
  test('names contain the prefix, the version and a hash tag on the entity', () => {
    expect(keys.runLog('r1')).toBe('open-webui:shoal1:{r1}')
    expect(keys.busTopic('fleet')).toBe('open-webui:shoal1:bus:fleet')
    expect(keys.installation()).toBe('open-webui:shoal1:{installation}')
  })

  test('the keys of one script share a slot, for any key of a limit', () => {
    expect(clusterSlot(keys.memberBeats())).toBe(clusterSlot(keys.memberFacts()))
    for (const key of ['user:1', '', '}', '{}', 'a}b{c', 'a%7Db{c', '{x}', 'ü']) {
      expect(clusterSlot(keys.rateLimit(key))).toBe(clusterSlot(keys.rateBlock(key)))
      expect(keys.rateLimit(key)).not.toBe(keys.rateBlock(key))
    }
  })

  test('different limits have different keys', () => {
    expect(keys.rateLimit('a}')).not.toBe(keys.rateLimit('a%7D'))
    expect(keys.rateLimit('a}:blocked')).not.toBe(keys.rateBlock('a}'))
  })

  test('slots are the same as in Redis', () => {
    // The numbers are from the Cluster specification and from CLUSTER KEYSLOT of a real server.
    expect(clusterSlot('123456789')).toBe(12_739)
    expect(clusterSlot('test:{run}')).toBe(3244)
    expect(clusterSlot('{user1000}.following')).toBe(clusterSlot('{user1000}.followers'))
    expect(clusterSlot('foo{}{bar}')).toBe(clusterSlot('foo{}{bar}'))
    expect(clusterSlot('foo{{bar}}zap')).toBe(clusterSlot('{bar'))
  })
})
