import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listenForShortcuts } from './shortcuts.ts'

let press: (event: Partial<KeyboardEvent>) => void
let isDialogOpen: boolean
const openModels = vi.fn<() => void>()
const prevented = vi.fn<() => void>()

beforeEach(() => {
  isDialogOpen = false
  openModels.mockClear()
  prevented.mockClear()
  vi.stubGlobal('addEventListener', (_: string, listener: (event: unknown) => void) => {
    press = (event) => listener({ preventDefault: prevented, ...event })
  })
  vi.stubGlobal('document', {
    querySelector(selector: string) {
      if (selector === 'dialog:modal') return isDialogOpen ? {} : null
      return selector.includes('[data-model-picker]') ? { click: openModels } : null
    },
  })
  const unused = (): never => expect.unreachable()
  listenForShortcuts({ newChat: unused, find: unused, toggleSidebar: unused })
})
afterEach(() => vi.unstubAllGlobals())

function usePlatform(userAgent: string): void {
  vi.stubGlobal('navigator', { userAgent })
}

test.each([
  ['Ctrl', 'X11; Linux x86_64', { ctrlKey: true }],
  ['⌘', 'Macintosh; Intel Mac OS X', { metaKey: true }],
])('D30: %s-Shift-M opens the list of models, on %s', (_, userAgent, modifier) => {
  usePlatform(userAgent)
  press({ key: 'M', shiftKey: true, ...modifier })
  expect(openModels).toHaveBeenCalledTimes(1)
  expect(prevented).toHaveBeenCalledTimes(1)
})

test('D30: the shortcut needs all its keys, and does nothing while a dialog is open', () => {
  usePlatform('X11; Linux x86_64')
  press({ key: 'm', ctrlKey: true })
  press({ key: 'M', shiftKey: true })
  press({ key: 'M', shiftKey: true, metaKey: true })
  isDialogOpen = true
  press({ key: 'M', shiftKey: true, ctrlKey: true })
  expect(openModels).not.toHaveBeenCalled()
  expect(prevented).not.toHaveBeenCalled()
})
