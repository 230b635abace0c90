import { useEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { Button } from '../../../ui/button.tsx'
import { CodeView } from '../../../ui/markdown/code-view.tsx'
import { MarkdownLabelsContext } from '../../../ui/markdown/markdown-labels.ts'
import { chunkCode } from '../../../ui/markdown/parse/code-chunks.ts'
import { firstLines, splitFences } from '../../../ui/markdown/parse/split-fences.ts'
import { useAnswerLabels } from './answer-text.tsx'
import { usePrinting } from '../../../ui/use-printing.ts'
import { isSendKey, useSendKey } from '../composer/send-key.ts'

// Longer words are folded, and longer code, which takes more space and is rarely read again.
const maxCharacters = 6000
const foldedCharacters = 2000
const maxLines = 40
const foldedLines = 12

/** A question of the user: a block at the right with exactly the text that was written, and its fenced code as code. */
export function Question({ text }: { text: string }): ReactNode {
  const parts = useMemo(() => splitFences(text), [text])
  return (
    <div className="max-w-[80%] rounded-large bg-surface-2 px-4 py-2.5 text-answer max-md:max-w-[88%]">
      <div data-words="" className="flex flex-col gap-2">
        {parts.map((part) =>
          part.kind === 'code' ? (
            <FoldedCode key={part.at} code={part.text} language={part.language} />
          ) : (
            <FoldedWords key={part.at} text={part.text} />
          ),
        )}
      </div>
    </div>
  )
}

function FoldedWords({ text }: { text: string }): ReactNode {
  const [unfolded, setWhole] = useState(false)
  const whole = usePrinting() || unfolded
  const { head, total } = useMemo(() => firstLines(text, foldedLines), [text])
  const byLength = text.length > maxCharacters
  const folded = byLength || total > maxLines
  const start = head.slice(0, foldedCharacters)
  return (
    <div>
      <p className="own-direction whitespace-pre-wrap [overflow-wrap:anywhere]">
        {folded && !whole ? `${start}…` : text}
      </p>
      {folded && (
        <FoldButton whole={whole} onClick={() => setWhole(!whole)}>
          {byLength ? (
            <Trans>Show all {text.length} characters</Trans>
          ) : (
            <Trans>Show all {total} lines</Trans>
          )}
        </FoldButton>
      )}
    </div>
  )
}

function FoldedCode({ code, language }: { code: string; language: string }): ReactNode {
  const labels = useAnswerLabels()
  const [unfolded, setWhole] = useState(false)
  const whole = usePrinting() || unfolded
  const { head, total } = useMemo(() => firstLines(code, foldedLines), [code])
  const chunks = useMemo(() => chunkCode(whole ? code : head), [whole, code, head])
  return (
    <MarkdownLabelsContext value={labels}>
      <div className="md">
        <CodeView language={language} chunks={chunks} closed dot={false} whole={code} />
      </div>
      {total > foldedLines && (
        <FoldButton whole={whole} onClick={() => setWhole(!whole)}>
          <Trans>Show all {total} lines</Trans>
        </FoldButton>
      )}
    </MarkdownLabelsContext>
  )
}

function FoldButton({
  whole,
  onClick,
  children,
}: {
  whole: boolean
  onClick: () => void
  children: ReactNode
}): ReactNode {
  return (
    <button
      type="button"
      data-show-all=""
      className="min-h-7 self-start text-small font-semibold text-accent touch:min-h-11"
      aria-expanded={whole}
      onClick={onClick}
    >
      {whole ? <Trans>Show less</Trans> : children}
    </button>
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
