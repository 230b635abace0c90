import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import type { FollowedRun, RunEnd } from '../../../live/followed-run.ts'
import type { RunStore } from '../../../live/run-store.ts'
import { createStreamedText } from '../../../ui/stream/streamed-text.ts'
import type { StreamedText } from '../../../ui/stream/streamed-text.ts'
import { useLiveClient } from '../state/live-context.tsx'
import { addShownRun } from '../state/shown-runs.ts'
import { patchChat } from '../state/chat-query.ts'
import { storeAnswerEnd } from '../state/apply-user-event.ts'
import { withMessage } from '../state/chat-cache.ts'

export interface LiveAnswer {
  /** The streamed text; null for an answer that had already ended when it was first shown. */
  text: StreamedText | null
  run: FollowedRun | null
}

/**
 * Follows a running answer while it is on the screen. Its text goes directly from the run to the shown text, without
 * React; its end is written to the cache.
 */
export function useAnswer(chatId: string, message: MessageView): LiveAnswer {
  const client = useLiveClient()
  const queryClient = useQueryClient()
  const running = message.status === 'running' && message.runId !== null
  const [text, setText] = useState<StreamedText | null>(null)
  const [store, setStore] = useState<RunStore | null>(null)
  const latest = useRef(message)
  useLayoutEffect(() => {
    latest.current = message
  })
  const { runId } = message

  useEffect(() => {
    if (!running || runId === null) return
    const { id, text: known, fence = 0, phase = 'running' } = latest.current
    const followed = client.follow({ runId, messageId: id, text: known, fence, phase })
    const shown = createStreamedText({ text: followed.run.get().text })
    const off = followed.run.onText((change) => {
      if (change.kind === 'append') shown.append(change.text)
      else shown.cut(change.length)
    })
    let reported = false
    const report = (): void => {
      const { state, text: whole } = followed.run.get()
      if (state.name !== 'ended' || reported) return
      reported = true
      storeAnswerEnd(queryClient, chatId, id, { ...endOf(state.end), text: whole })
    }
    const settle = (): void => {
      if (followed.run.get().state.name !== 'ended') return
      shown.end()
      reportWhenShown()
    }
    // The actions below an answer appear only after its last text is shown, so that the text does not push them down.
    const reportWhenShown = (): void => {
      if (shown.getSnapshot().ended) report()
    }
    const offShown = shown.subscribe(reportWhenShown)
    const offState = followed.run.subscribe(settle)
    const removeShown = addShownRun(runId, followed.run)
    setText(shown)
    setStore(followed.run)
    return () => {
      off()
      offState()
      offShown()
      removeShown()
      report()
      const { text: whole, position, state } = followed.run.get()
      // The next component that shows this answer continues from this text. If the chat was refreshed after the
      // answer’s end, the cache is newer and is not overwritten.
      if (state.name === 'open' && latest.current.status === 'running') {
        patchChat(queryClient, chatId, (chat) =>
          withMessage(chat, id, { text: whole, fence: position.fence }),
        )
      }
      followed.release()
    }
  }, [client, queryClient, chatId, running, runId])

  const run = useSyncExternalStore(store?.subscribe ?? noSubscription, store?.get ?? noRun)

  // The end did not come from the run’s own frames: show the text that the server has now.
  const finalText = message.status === 'running' ? null : message.text
  useEffect(() => {
    if (finalText === null || !text) return
    if (text.fullText() !== finalText) text.replace(finalText)
    text.end()
  }, [finalText, text])

  return { text, run }
}

function endOf(end: RunEnd): Partial<MessageView> {
  const { status, usage, error, finishReason, reasoningMs } = end
  return {
    status,
    ...(usage ? { usage } : {}),
    ...(error ? { error } : {}),
    ...(finishReason ? { finishReason } : {}),
    ...(reasoningMs === undefined ? {} : { reasoningMs }),
  }
}

const noSubscription = (): (() => void) => () => undefined
const noRun = (): null => null
