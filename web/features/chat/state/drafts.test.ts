import { beforeEach, expect, test, vi } from 'vitest'
import { readDraft, writeDraft } from './drafts.ts'

/** Storage as a browser has it: one object for each tab, and one that all tabs share. */
class StoredValues {
  readonly values = new Map<string, string>()
  getItem(key: string): string | null {
    return this.values.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value)
  }
  removeItem(key: string): void {
    this.values.delete(key)
  }
}

let browser: StoredValues
let tabs: Record<'a' | 'b' | 'later', StoredValues>
const be = (tab: keyof typeof tabs): void => void vi.stubGlobal('sessionStorage', tabs[tab])

beforeEach(() => {
  browser = new StoredValues()
  tabs = { a: new StoredValues(), b: new StoredValues(), later: new StoredValues() }
  vi.stubGlobal('localStorage', browser)
  be('a')
})

test('two tabs of one chat keep their own drafts, and a tab that is opened later gets the last one', () => {
  writeDraft('c', { text: 'of a' })
  be('b')
  expect(readDraft('c').text).toBe('of a')
  writeDraft('c', { text: 'of b' })
  be('a')
  expect(readDraft('c').text).toBe('of a')
  be('later')
  expect(readDraft('c').text).toBe('of b')
})

test('sending in one tab clears its own draft, but not the draft of another tab', () => {
  writeDraft('c', { text: 'of a' })
  be('b')
  writeDraft('c', { text: 'of b' })
  be('a')
  writeDraft('c', { text: '' })
  expect(readDraft('c').text).toBe('')
  be('b')
  expect(readDraft('c').text).toBe('of b')
  writeDraft('c', { text: '' })
  for (const tab of ['b', 'later'] as const) {
    be(tab)
    expect(readDraft('c').text).toBe('')
  }
})

test('an empty draft leaves nothing in storage', () => {
  writeDraft('c', { text: 'words', model: 'm' })
  writeDraft('c', { text: '' })
  expect(readDraft('c')).toEqual({ text: '', model: 'm' })
  writeDraft('c', { model: null })
  expect([...browser.values.keys(), ...tabs.a.values.keys()]).toEqual([])
})
