import { useCallback, useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import { readDraft, writeDraft } from '../state/drafts.ts'

/** So many characters fill the field on any screen. */
const surelyHigh = 10_000

export interface DraftField {
  field: RefObject<HTMLTextAreaElement | null>
  length: number
  blank: boolean
  /** Sets the words. */
  put: (text: string) => void
  /** Puts a paragraph where the cursor is, so that the browser can undo it. */
  insert: (text: string) => void
  /** Stores them now. */
  save: () => void
  /** For the field's own input events. */
  change: () => void
}

/**
 * A field that keeps its words by itself, not in React: a key press costs the same with two words in it and with two
 * hundred thousand characters. What is in it is stored as the chat's draft from the first key on.
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
    // An address that names a message leads there.
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
    // Long texts take a browser seconds that way.
    const undoable = paragraph.length < surelyHigh && document.execCommand('insertText', false, paragraph)
    if (!undoable) element.setRangeText(paragraph, selectionStart, selectionEnd, 'end')
    change()
  }

  return { field, length, blank, put, insert, save, change }
}

/** A finger that opens a chat does not want the keyboard. */
export function focusUnlessTouch(field: HTMLTextAreaElement | null): void {
  if (!matchMedia('(pointer: coarse)').matches) field?.focus()
}

/** Where the browser cannot size a field by its content itself. */
function fit(element: HTMLTextAreaElement): void {
  if (element.value.length > surelyHigh) {
    // Higher than the field may be: to ask how high would be to lay all of it out, and a direction that is found anew
    // costs that at each key as well.
    if (element.dir === 'auto') element.dir = getComputedStyle(element).direction
    element.style.height = '100dvh'
    return
  }
  element.dir = 'auto'
  element.style.height = 'auto'
  element.style.height = `${element.scrollHeight}px`
}
