import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { newId } from '../../new-id.ts'
import { useChatActions } from '../state/live-context.tsx'
import { onQueueChange, queueOf, setQueue } from './queued-messages.ts'
import type { QueuedMessage } from './queued-messages.ts'
import { sendQueued } from './send-queued.ts'

export interface Queue {
  items: readonly QueuedMessage[]
  held: boolean
  error: unknown
  add: (text: string, model: string) => void
  drop: (item: QueuedMessage) => void
  /** Stops what runs, then sends this one. */
  sendNow: (item: QueuedMessage) => Promise<void>
  retry: () => void
}

/** The queue of the chat on the screen: the next message goes by itself when the answer before it has ended well. */
export function useQueue(chatId: string | null, last: MessageView | undefined, busy: boolean): Queue {
  const actions = useChatActions()
  const key = chatId ?? ''
  const items = useSyncExternalStore(onQueueChange, () => queueOf(key))
  const [refused, setRefused] = useState<{ key: string; error: unknown } | null>(null)
  const error = refused?.key === key ? refused.error : null
  /** The chat whose next message was asked for, however its answer ends. */
  const wanted = useRef<string>(undefined)
  const endedWell = last?.status === 'done' && last.role === 'assistant'
  const lastId = last?.id

  useEffect(() => {
    if (chatId === null || lastId === undefined || items.length === 0 || busy || error !== null) return
    if (!endedWell && wanted.current !== chatId) return
    wanted.current = undefined
    sendQueued(actions, chatId, lastId).catch((cause: unknown) => setRefused({ key: chatId, error: cause }))
  }, [actions, chatId, lastId, items, busy, endedWell, error])

  return {
    items,
    held: !busy && !endedWell && items.length > 0,
    error,
    add: (text, model) => setQueue(key, [...queueOf(key), { id: newId(), text, model }]),
    drop(item) {
      setRefused(null)
      setQueue(
        key,
        queueOf(key).filter((it) => it.id !== item.id),
      )
    },
    async sendNow(item) {
      wanted.current = key
      setRefused(null)
      setQueue(key, [item, ...queueOf(key).filter((it) => it.id !== item.id)])
      if (busy) await actions.stop(key, last?.runId ?? null)
    },
    retry: () => setRefused(null),
  }
}
