import { describe, expect, test } from 'vitest'
import { SecretBox } from './secret-box.ts'

describe('SecretBox', () => {
  const box = new SecretBox('one secret')

  test('opens what it sealed, and seals the same text differently each time', () => {
    const sealed = box.seal('sk-ключ-😀', 'connection 1')
    expect(box.open(sealed, 'connection 1')).toBe('sk-ключ-😀')
    expect(new SecretBox('one secret').open(sealed, 'connection 1')).toBe('sk-ключ-😀')
    expect(box.seal('sk-ключ-😀', 'connection 1')).not.toBe(sealed)
    expect(sealed).not.toContain('sk')
    expect(box.open(box.seal('', 'x'), 'x')).toBe('')
  })

  test('opens nothing with another secret, for another row, or with one changed bit', () => {
    const sealed = box.seal('sk-1', 'a')
    expect(new SecretBox('another secret').open(sealed, 'a')).toBeUndefined()
    expect(box.open(sealed, 'b')).toBeUndefined()
    const bytes = Buffer.from(sealed.slice(3), 'base64url')
    for (const at of [0, 12, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      expect(box.open(`v1.${changed.toString('base64url')}`, 'a')).toBeUndefined()
    }
    for (const wrong of ['', 'v1.', 'v1.AAAA', `v2.${sealed.slice(3)}`])
      expect(box.open(wrong, 'a')).toBeUndefined()
  })
})
