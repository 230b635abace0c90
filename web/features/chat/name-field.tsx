import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useMutation } from '@tanstack/react-query'
import { errorText, fieldError } from '../errors/error-text.ts'
import { renameStep } from './rename-step.ts'

/**
 * A field for the name of a thing in a list, in place of the name. Enter or leaving the field saves, Escape cancels.
 * The focus then returns to its opener. `onDone` is called with whether the focus was in the field, for a caller that has
 * removed the opener.
 */
export function NameField({
  label,
  before,
  maxLength,
  field: fieldName,
  save,
  onDone,
}: {
  label: string
  /** The current name; empty for a new thing. */
  before: string
  maxLength: number
  /** The name of the field in the errors of the server. */
  field: string
  save: (name: string) => Promise<unknown>
  onDone: (focused: boolean) => void
}): ReactNode {
  const field = useRef<HTMLInputElement>(null)
  const errorId = useId()
  const [name, setName] = useState(before)
  const opener = useRef<Element | null>(null)
  const ended = useRef(false)
  const end = (focused: boolean): void => {
    if (ended.current) return
    ended.current = true
    onDone(focused)
    if (focused && opener.current instanceof HTMLElement) opener.current.focus()
  }
  const rename = useMutation({
    mutationFn: () => save(name.trim()),
    onSuccess: () => end(document.activeElement === field.current),
    onError: () => field.current?.focus(),
  })
  useEffect(() => {
    opener.current ??= document.activeElement
    field.current?.focus()
    field.current?.select()
  }, [])
  const take = (trigger: Parameters<typeof renameStep>[0]): void => {
    if (ended.current || rename.isPending) return
    const step = renameStep(trigger, { title: name, before, failed: rename.isError })
    if (step === 'save') rename.mutate()
    if (step === 'cancel') end(trigger !== 'left')
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    // While an input method composes a word, Enter and Escape belong to it; Safari reports that by the code 229.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    // Without this, Escape would also close the sheet around the field.
    event.preventDefault()
    take(event.key === 'Enter' ? 'confirmed' : 'cancelled')
  }
  const problem = rename.error && (fieldError(rename.error, fieldName) ?? errorText(rename.error))
  return (
    <span className="flex min-w-0 flex-1 flex-col gap-1">
      <input
        ref={field}
        aria-label={label}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? errorId : undefined}
        dir="auto"
        maxLength={maxLength}
        readOnly={rename.isPending}
        value={name}
        onChange={(event) => {
          setName(event.target.value)
          rename.reset()
        }}
        onKeyDown={onKeyDown}
        onBlur={() => take('left')}
        className="min-h-9 w-full min-w-0 rounded-medium border border-accent bg-raised px-2 text-ui text-text outline-none focus-visible:outline-2 focus-visible:outline-accent touch:min-h-11 touch:text-answer"
      />
      {problem && (
        <span id={errorId} role="alert" className="text-small text-danger">
          {problem}
        </span>
      )}
    </span>
  )
}
