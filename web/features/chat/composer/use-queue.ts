import { useEffect, useState, useSyncExternalStore } from 'react'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { newId } from '../../../base/new-id.ts'
import { useChatActions } from '../state/live-context.tsx'
import type { Outgoing } from '../state/outgoing.ts'
import { queueState } from './queue-state.ts'
import type { QueueAttempt, QueueState } from './queue-state.ts'
import { onQueueChange, queueOf, setQueue } from './queued-messages.ts'
import type { QueuedMessage } from './queued-messages.ts'
import { sendQueued } from './send-queued.ts'

export interface Queue {
  items: readonly QueuedMessage[]
  state: QueueState
  /** Why the first message was refused; null if it was not. */
  error: unknown
  add: (message: Outgoing) => void
  remove: (item: QueuedMessage) => void
  /** Stops the running answer and then sends this message. */
  sendNow: (item: QueuedMessage) => Promise<void>
  retry: () => void
}

/**
 * The queue of the chat on the screen. Its first message is sent as soon as the previous answer has ended as `done`.
 */
export function useQueue(chatId: string | null, last: MessageView | undefined, running: boolean): Queue {
  const actions = useChatActions()
  const key = chatId ?? ''
  const items = useSyncExternalStore(onQueueChange, () => queueOf(key))
  const [tried, setTried] = useState<QueueAttempt | null>(null)
  const first = items[0]
  const state = queueState({ first, running, last, tried })
  const firstId = first?.id
  const parentId = last?.id

  useEffect(() => {
    if (state !== 'ready' || firstId === undefined || parentId === undefined) return
    sendQueued(actions, key, parentId).catch((error: unknown) =>
      setTried({ id: firstId, name: 'refused', error }),
    )
  }, [actions, key, parentId, state, firstId])

  return {
    items,
    state,
    error: state === 'refused' && tried?.name === 'refused' ? tried.error : null,
    add: (message) => setQueue(key, [...queueOf(key), { id: newId(), ...message }]),
    remove(item) {
      setTried(null)
      setQueue(
        key,
        queueOf(key).filter((it) => it.id !== item.id),
      )
    },
    async sendNow(item) {
      setTried({ id: item.id, name: 'wanted' })
      setQueue(key, [item, ...queueOf(key).filter((it) => it.id !== item.id)])
      if (running) await actions.stop(key, last?.runId ?? null)
    },
    retry: () => setTried(null),
  }
}
