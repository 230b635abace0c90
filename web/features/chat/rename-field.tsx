import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { call } from '../../api/call.ts'
import { errorText, fieldError } from '../errors/error-text.ts'
import { renameStep } from './rename-step.ts'
import { applyUserEvent } from './state/apply-user-event.ts'

/**
 * The title of a chat while it is renamed, in place of the title. Enter or leaving the field saves, Escape cancels.
 * The focus then returns to its opener. `onDone` is called with whether the focus was in the field, for a caller that has
 * removed the opener.
 */
export function RenameField({
  chat,
  onDone,
}: {
  chat: ChatSummary
  onDone: (focused: boolean) => void
}): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const field = useRef<HTMLInputElement>(null)
  const errorId = useId()
  const [title, setTitle] = useState(chat.title)
  const opener = useRef<Element | null>(null)
  const ended = useRef(false)
  const end = (focused: boolean): void => {
    if (ended.current) return
    ended.current = true
    onDone(focused)
    if (focused && opener.current instanceof HTMLElement) opener.current.focus()
  }
  const rename = useMutation({
    mutationFn: () => call('updateChat', { params: { id: chat.id }, body: { title: title.trim() } }),
    onSuccess: (summary) => {
      applyUserEvent(queryClient, { name: 'chat.changed', chat: summary })
      end(document.activeElement === field.current)
    },
    onError: () => field.current?.focus(),
  })
  useEffect(() => {
    opener.current ??= document.activeElement
    field.current?.focus()
    field.current?.select()
  }, [])
  const take = (trigger: Parameters<typeof renameStep>[0]): void => {
    if (ended.current || rename.isPending) return
    const step = renameStep(trigger, { title, before: chat.title, failed: rename.isError })
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
  const problem = rename.error && (fieldError(rename.error, 'title') ?? errorText(rename.error))
  return (
    <span className="flex min-w-0 flex-1 flex-col gap-1">
      <input
        ref={field}
        aria-label={t`Title`}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? errorId : undefined}
        dir="auto"
        maxLength={200}
        readOnly={rename.isPending}
        value={title}
        onChange={(event) => {
          setTitle(event.target.value)
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
