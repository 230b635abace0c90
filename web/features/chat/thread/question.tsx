import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { Button } from '../../../ui/button.tsx'
import { isSendKey, useSendKey } from '../composer/send-key.ts'

/** A question of the user: a block at the right with exactly the text that was written. */
export function Question({ text }: { text: string }): ReactNode {
  const [whole, setWhole] = useState(false)
  const long = text.length > 6000
  return (
    <div className="max-w-[80%] rounded-large bg-surface-2 px-4 py-2.5 text-answer max-md:max-w-[88%]">
      <p data-words="" className="own-direction whitespace-pre-wrap [overflow-wrap:anywhere]">
        {long && !whole ? `${text.slice(0, 2000)}…` : text}
      </p>
      {long && (
        <button
          type="button"
          data-show-all=""
          className="min-h-7 text-small font-semibold text-accent touch:min-h-11"
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
        >
          {whole ? <Trans>Show less</Trans> : <Trans>Show all {text.length} characters</Trans>}
        </button>
      )}
    </div>
  )
}

/** The same block while the user edits it. Sending makes a new branch next to the old one. */
export function QuestionEditor({
  message,
  onSend,
  onCancel,
}: {
  message: MessageView
  onSend: (text: string) => void
  onCancel: () => void
}): ReactNode {
  const { t } = useLingui()
  const ref = useRef<HTMLTextAreaElement>(null)
  const sendKey = useSendKey()
  useEffect(() => {
    const field = ref.current
    field?.focus()
    field?.setSelectionRange(field.value.length, field.value.length)
  }, [])
  const send = (): void => {
    const text = ref.current?.value ?? ''
    if (text.trim() !== '') onSend(text)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onCancel()
    else if (isSendKey(event, sendKey)) {
      event.preventDefault()
      send()
    }
  }
  return (
    <div className="flex w-full flex-col gap-2 rounded-large bg-surface-2 p-2 outline-2 outline-accent">
      <textarea
        ref={ref}
        aria-label={t`Edit your message`}
        defaultValue={message.text}
        dir="auto"
        onKeyDown={onKeyDown}
        className="max-h-[40dvh] min-h-20 resize-none bg-transparent px-2 py-1 text-answer outline-none [field-sizing:content]"
      />
      <div className="flex justify-end gap-2">
        <Button look="plain" onClick={onCancel}>
          <Trans>Cancel</Trans>
        </Button>
        <Button look="primary" onClick={send}>
          <Trans>Send</Trans>
        </Button>
      </div>
    </div>
  )
}
