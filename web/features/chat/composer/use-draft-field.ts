import { useCallback, useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import { readDraft, writeDraft } from '../state/drafts.ts'

/** A text of this many characters fills the field on any screen. */
const fullFieldLength = 10_000

export interface DraftField {
  field: RefObject<HTMLTextAreaElement | null>
  length: number
  blank: boolean
  /** Replaces the text. */
  put: (text: string) => void
  /** Inserts a paragraph at the cursor in a way that the browser can undo. */
  insert: (text: string) => void
  /** Stores the draft now. */
  save: () => void
  /** To be called on each input event of the field. */
  change: () => void
}

/**
 * A text field whose text is not React state: a key press costs the same with two words as with two hundred thousand
 * characters. The text is stored as the chat’s draft from the first key on.
 */
export function useDraftField(chatKey: string): DraftField {
  const field = useRef<HTMLTextAreaElement>(null)
  const [length, setLength] = useState(0)
  const [blank, setBlank] = useState(true)
  const key = useRef(chatKey)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const save = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = undefined
    writeDraft(key.current, { text: field.current?.value ?? '' })
  }, [])

  const put = useCallback((text: string) => {
    const element = field.current
    if (!element) return
    element.value = text
    fit(element)
    setLength(text.length)
    setBlank(text.trim() === '')
  }, [])

  useEffect(() => {
    if (timer.current !== undefined) save()
    key.current = chatKey
    put(readDraft(chatKey).text)
    // If the address names a message, that message receives the focus instead.
    if (!location.hash.startsWith('#m-')) focusUnlessTouch(field.current)
  }, [chatKey, put, save])

  useEffect(() => {
    const flush = (): void => {
      if (timer.current !== undefined) save()
    }
    addEventListener('pagehide', flush)
    return () => {
      flush()
      removeEventListener('pagehide', flush)
    }
  }, [save])

  const change = (): void => {
    const element = field.current
    if (!element) return
    fit(element)
    setLength(element.value.length)
    setBlank(element.value.trim() === '')
    clearTimeout(timer.current)
    timer.current = setTimeout(save, 150)
  }

  const insert = (text: string): void => {
    const element = field.current
    if (!element) return
    const { value, selectionStart, selectionEnd } = element
    const before = value.slice(0, selectionStart).trimEnd() === '' ? '' : '\n\n'
    const after = value.slice(selectionEnd).trim() === '' ? '' : '\n\n'
    const paragraph = `${before}${text}${after}`
    element.focus()
    // `execCommand` takes seconds for long texts.
    const undoable =
      paragraph.length < fullFieldLength && document.execCommand('insertText', false, paragraph)
    if (!undoable) element.setRangeText(paragraph, selectionStart, selectionEnd, 'end')
    change()
  }

  return { field, length, blank, put, insert, save, change }
}

/** Focuses the field, except on touch devices, where the focus would open the on-screen keyboard. */
export function focusUnlessTouch(field: HTMLTextAreaElement | null): void {
  if (!matchMedia('(pointer: coarse)').matches) field?.focus()
}

/** Sizes the field to its content, for browsers that cannot do so themselves. */
function fit(element: HTMLTextAreaElement): void {
  if (element.value.length > fullFieldLength) {
    // The text is higher than the field may become. Measuring it would lay out all of it, and `dir="auto"` would search
    // the text for its direction at each key, so both are avoided.
    if (element.dir === 'auto') element.dir = getComputedStyle(element).direction
    element.style.height = '100dvh'
    return
  }
  element.dir = 'auto'
  element.style.height = 'auto'
  const borders = element.offsetHeight - element.clientHeight
  element.style.height = `${element.scrollHeight + borders}px`
}
