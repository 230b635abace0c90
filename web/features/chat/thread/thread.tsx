import { memo, useCallback, useLayoutEffect, useMemo, useRef } from 'react'
import type { ReactNode } from 'react'
import { Plural, useLingui } from '@lingui/react/macro'
import type { ChatView, MessageView } from '../../../../protocol/http/chats.ts'
import { IconButton } from '../../../ui/button.tsx'
import { usePrinting } from '../../../ui/use-printing.ts'
import { toServerTime } from '../../../api/server-clock.ts'
import { messagesOfStart } from '../state/chat-cache.ts'
import { MessageRow } from './message-row.tsx'
import type { RowHandlers } from './message-row.tsx'
import { pathTo } from '../state/message-tree.ts'
import { answerRow, questionRow, rowNameOf } from '../state/pending-sends.ts'
import type { PendingSend } from '../state/pending-sends.ts'
import { useScrollPin } from './use-scroll-pin.ts'
import { useScrollPlace } from './use-scroll-place.ts'
import { useMessageWindow } from './use-message-window.ts'

const Row = memo(MessageRow)

/** The messages of the current branch, initially the last forty, and the pending request below them. */
export function Thread({
  chat,
  pending,
  editing,
  handlers,
}: {
  chat: ChatView | undefined
  pending: PendingSend | undefined
  editing: string | null
  handlers: RowHandlers
}): ReactNode {
  const { t } = useLingui()
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const { pinned, isAway, hasNews, toEnd, unpin } = useScrollPin(box, content)
  const top = useRef<HTMLDivElement>(null)
  const messages = useMemo(() => shownMessages(chat, pending), [chat, pending])
  const { shown, show } = useMessageWindow(box, top, messages.length)
  const latest = useRef({ messages, chat })
  useLayoutEffect(() => {
    latest.current = { messages, chat }
  })
  const reveal = useCallback(
    (messageId: string) => {
      const { messages: all } = latest.current
      const index = all.findIndex((it) => it.id === messageId)
      if (index >= 0) show(all.length - index + 4)
    },
    [show],
  )
  const switchedFor = useRef<string>(undefined)
  const switchTo = useCallback(
    (messageId: string) => {
      const { messages: branch, chat: whole } = latest.current
      const isWanted = (it: MessageView): boolean => it.id === messageId
      if (branch.some(isWanted) || !whole?.messages.some(isWanted)) return
      // Only once, because the user may switch back.
      if (switchedFor.current === messageId) return
      switchedFor.current = messageId
      handlers.onSwitch(messageId)
    },
    [handlers],
  )
  useScrollPlace({ chatId: chat?.id ?? '', box, pinned, unpin, reveal, switchTo })
  const printing = usePrinting()
  const from = Math.max(0, messages.length - shown)
  // The messages stay afterwards, because the reader's place would move if they left again.
  useLayoutEffect(() => {
    if (printing) show(latest.current.messages.length)
  }, [printing, show])

  // A new question is always scrolled into view, wherever the user was.
  const asked = pending?.clientId
  useLayoutEffect(() => {
    if (asked !== undefined) toEnd()
  }, [asked, toEnd])

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={box}
        data-thread=""
        className="h-full overflow-y-auto overscroll-contain [container-type:inline-size] [scrollbar-gutter:stable_both-edges]"
      >
        <div ref={content} className="mx-auto flex w-full max-w-measure flex-col gap-6 px-4 pt-6 pb-10">
          {from > 0 && (
            <div ref={top} className="text-center text-small text-faint">
              <Plural value={from} one="# earlier message" other="# earlier messages" />
            </div>
          )}
          <div role="log" aria-live="off" aria-label={t`Messages`} className="flex flex-col">
            {messages.slice(from).map((message, index, list) => (
              <Row
                key={rowNameOf(message.id)}
                chatId={chat?.id ?? ''}
                message={message}
                all={chat?.messages ?? none}
                last={index === list.length - 1}
                editing={editing === message.id}
                handlers={handlers}
              />
            ))}
          </div>
        </div>
      </div>
      {isAway && (
        <div className="appear absolute inset-x-0 bottom-2 flex justify-center group-has-data-connection/page:bottom-11">
          <div className="rounded-full border border-border bg-raised shadow-raised">
            <IconButton
              icon="arrow-down"
              size="large"
              label={hasNews ? t`Jump to latest` : t`Jump to end`}
              onClick={() => toEnd(true)}
            />
          </div>
        </div>
      )}
    </div>
  )
}

const none: MessageView[] = []

/**
 * The current branch with the pending request at its end. The pending messages look like those that the server will
 * create, and use the rows that those will keep.
 */
function shownMessages(chat: ChatView | undefined, pending: PendingSend | undefined): MessageView[] {
  const messages = chat?.messages ?? none
  if (!pending || 'continueOf' in pending.request) return pathTo(messages, chat?.currentId ?? null)
  return [...pathTo(messages, pending.request.parentId), ...messagesOfPending(pending)]
}

function messagesOfPending({ clientId, request, sentAt, stopping }: PendingSend): MessageView[] {
  const answered = 'text' in request ? null : request.parentId
  const ids = { userMessageId: answered ?? questionRow(clientId), messageId: answerRow(clientId) }
  const asked = messagesOfStart({ chatId: '', runId: '', ...ids }, request, toServerTime(sentAt))
  return asked.map((message) =>
    message.role === 'assistant'
      ? { ...message, runId: null, phase: stopping ? 'stopping' : 'queued' }
      : message,
  )
}
