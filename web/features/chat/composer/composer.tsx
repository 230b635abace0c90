import { useImperativeHandle, useRef } from 'react'
import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { useLingui } from '@lingui/react/macro'
import { IconButton } from '../../../ui/button.tsx'
import { FieldProblem, maxText } from './field-problem.tsx'
import { isSendKey, useSendKey } from './send-key.ts'
import { useHeldSend } from './use-held-send.ts'
import { useTextFiles } from './use-text-files.ts'
import { focusUnlessTouch, useDraftField } from './use-draft-field.ts'

export interface ComposerHandle {
  focus: () => void
  /** Puts a text (back) into the field, before the text that is already there. */
  restore: (text: string) => void
  fill: (text: string) => void
  element: () => HTMLElement | null
}

/**
 * The form in which the user writes a message. The field’s text is not React state, so that a key press costs the same
 * with two words as with two hundred thousand characters. The draft is stored from the first key on.
 */
export function Composer({
  ref,
  chatKey,
  running,
  stopping,
  blocked,
  online,
  ready,
  onSend,
  onStop,
  onEditLast,
}: {
  ref: Ref<ComposerHandle>
  chatKey: string
  running: boolean
  stopping: boolean
  /** The reason why nothing can be sent; null if sending is possible. */
  blocked: string | null
  /** Without a network connection nothing can be sent; the status line says so. */
  online: boolean
  /** Whether the parent message and the model are known. A message that is sent earlier is held until then. */
  ready: boolean
  onSend: (text: string) => void
  onStop: () => void
  onEditLast: () => boolean
}): ReactNode {
  const { t } = useLingui()
  const sendKey = useSendKey()
  const root = useRef<HTMLFormElement>(null)
  const { field, length, blank, put, insert, save, change } = useDraftField(chatKey)
  const files = useTextFiles(insert)

  useImperativeHandle(
    ref,
    () => ({
      focus: () => focusUnlessTouch(field.current),
      restore(text) {
        const rest = field.current?.value ?? ''
        put(rest === '' ? text : `${text}\n\n${rest}`)
        save()
      },
      fill(text) {
        put(text)
        save()
        field.current?.focus()
      },
      element: () => root.current,
    }),
    [field, put, save],
  )

  const tooLong = length > maxText
  const canSend = !blank && !tooLong && online && blocked === null
  const held = useHeldSend(chatKey, ready, () => {
    if (!canSend) return
    onSend(field.current?.value ?? '')
    put('')
    save()
    field.current?.focus()
  })
  const send = (): void => {
    if (canSend) held.send()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isSendKey(event, sendKey)) {
      event.preventDefault()
      send()
    } else if (isPlainArrowUp(event) && field.current?.value === '' && onEditLast()) {
      event.preventDefault()
    }
  }

  return (
    <form
      ref={root}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      data-composer=""
      data-over={files.over || undefined}
      className="flex flex-col rounded-large border border-border-strong bg-raised shadow-raised transition-colors duration-(--motion-quick) focus-within:border-accent data-over:border-accent data-over:outline-2 data-over:outline-accent"
    >
      <div className="flex items-end gap-2 py-1.5 pr-1.5 pl-4">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={t`Message`}
          placeholder={files.over ? t`Drop text files here` : running ? t`Queue a message` : t`Ask anything`}
          onInput={() => {
            held.cancel()
            files.clearRefused()
            change()
          }}
          onPaste={files.onPaste}
          onKeyDown={onKeyDown}
          // The space above and below is a border, under which text cannot scroll. As far as the browser can round, the
          // highest field shows whole lines.
          className="max-h-[40dvh] min-h-10 flex-1 resize-none border-y-[0.40625rem] border-transparent bg-transparent text-answer outline-none placeholder:text-faint supports-[height:round(down,1px,1px)]:max-h-[calc(round(down,40dvh,1lh)+0.8125rem)] touch:min-h-11"
        />
        {running && blank ? (
          <IconButton
            icon="stop"
            size="large"
            filled
            label={stopping ? t`Stopping…` : t`Stop`}
            keys="Esc"
            disabled={stopping}
            onClick={onStop}
          />
        ) : (
          <IconButton
            icon="send"
            type="submit"
            size="large"
            filled
            disabled={!canSend}
            label={running ? t`Add to queue` : t`Send`}
          />
        )}
      </div>
      <FieldProblem length={length} refused={files.refused} blocked={blank ? null : blocked} />
    </form>
  )
}

/** With a modifier, ArrowUp is another shortcut, such as moving between messages. */
function isPlainArrowUp({ key, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  return key === 'ArrowUp' && !altKey && !ctrlKey && !metaKey && !shiftKey
}
