import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { useCoarsePointer } from '../../../ui/use-coarse-pointer.ts'
import { Answer } from './answer.tsx'
import { BranchSwitch } from './branch-switch.tsx'
import { MessageActions, RunningActions } from './message-actions.tsx'
import type { MessageHandlers } from './message-actions.tsx'
import { MessageFacts } from './message-facts.tsx'
import { siblingsOf } from '../state/message-tree.ts'
import { Question, QuestionEditor } from './question.tsx'
import { TouchActions } from './touch-actions.tsx'
import { toServerTime } from '../../../api/server-clock.ts'

export interface RowHandlers extends MessageHandlers {
  onSwitch: (messageId: string) => void
  onResend: (message: MessageView, text: string) => void
  onCancelEdit: () => void
}

/** Whether the server does not know the message yet. It then has no actions, but the space for them is kept. */
function isPending({ id }: MessageView): boolean {
  return id.startsWith('question-')
}

const rowStyle = 'group flex flex-col rounded-small focus-visible:outline-offset-8'
const questionStyle = `${rowStyle} items-end gap-1 pt-6 first:pt-0`
// With a mouse, the question’s actions fill the space between it and its answer; on touch devices there are none, so
// the space is set here.
const answerStyle = `${rowStyle} gap-1.5 pt-1 touch:pt-4`

/** One message with its actions, as an article that is named after its author and time. */
export function MessageRow({
  chatId,
  message,
  all,
  last,
  editing,
  handlers,
}: {
  chatId: string
  message: MessageView
  all: readonly MessageView[]
  last: boolean
  editing: boolean
  handlers: RowHandlers
}): ReactNode {
  const { t } = useLingui()
  const time = useMessageTime()(message.createdAt)
  const answer = message.role === 'assistant'
  const siblings = siblingsOf(all, message)
  const at = siblings.findIndex((it) => it.id === message.id)
  const byTouch = useCoarsePointer()
  const running = message.status === 'running'
  const settled = !editing && !running && !isPending(message)
  const branches = siblings.length > 1 && (
    <BranchSwitch
      at={at}
      of={siblings.length}
      onSwitch={(to) => {
        const sibling = siblings[to]
        if (sibling) handlers.onSwitch(sibling.id)
      }}
    />
  )
  const name = answer ? t`Answer from ${message.model ?? t`a model`}, ${time}` : t`You, ${time}`
  return (
    <article
      id={`m-${message.id}`}
      aria-label={name}
      tabIndex={-1}
      data-message={message.role}
      data-status={message.status}
      className={answer ? answerStyle : questionStyle}
    >
      {answer ? (
        <Answer chatId={chatId} message={message} handlers={handlers} />
      ) : editing ? (
        <QuestionEditor
          message={message}
          onSend={(text) => handlers.onResend(message, text)}
          onCancel={handlers.onCancelEdit}
        />
      ) : (
        <Question text={message.text} />
      )}
      {!editing && !byTouch && message.role === 'user' && isPending(message) && <div className="h-8" />}
      {settled && !byTouch && (
        <MessageActions message={message} always={last && answer} handlers={handlers}>
          {branches}
          {answer && <MessageFacts message={message} time={time} />}
        </MessageActions>
      )}
      {running && !byTouch && <RunningActions message={message} onFork={handlers.onFork} />}
      {(settled || running) && byTouch && (
        <TouchActions
          message={message}
          name={name}
          time={time}
          bar={last && answer && settled}
          handlers={handlers}
          branches={settled && branches}
        />
      )}
    </article>
  )
}

/** Formats the time of a message in the user’s language: the time if it was today, else date and time. */
function useMessageTime(): (epochMs: number) => string {
  const { i18n } = useLingui()
  return (epochMs) => {
    const at = new Date(epochMs)
    const today = at.toDateString() === new Date(toServerTime(Date.now())).toDateString()
    return i18n.date(at, today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' })
  }
}
