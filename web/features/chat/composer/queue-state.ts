import type { MessageView } from '../../../../protocol/http/chats.ts'
import type { QueuedMessage } from './queued-messages.ts'

/**
 * What a chat’s queued messages wait for. `waiting`: for the previous answer to end. `ready`: for nothing, the first
 * message is sent now. `held`: for the user, because the previous answer did not end as `done`. `refused`: for the
 * user, because the first message could not be sent.
 */
export type QueueState = 'empty' | 'waiting' | 'ready' | 'held' | 'refused'

/**
 * The last attempt to send a queued message. `wanted`: the user pressed “Send now”, so it is sent however the previous
 * answer ends. `refused`: it could not be sent.
 */
export type QueueAttempt = { id: string } & ({ name: 'wanted' } | { name: 'refused'; error: unknown })

/** The state of a queue, derived from its first message, the last message of its chat, and the last attempt. */
export function queueState(given: {
  first: Pick<QueuedMessage, 'id'> | undefined
  running: boolean
  last: Pick<MessageView, 'role' | 'status'> | undefined
  tried: QueueAttempt | null
}): QueueState {
  const { first, running, last, tried } = given
  if (!first) return 'empty'
  const attempt = tried?.id === first.id ? tried.name : null
  if (attempt === 'refused') return 'refused'
  if (running) return 'waiting'
  const endedWell = last?.role === 'assistant' && last.status === 'done'
  return endedWell || (last && attempt === 'wanted') ? 'ready' : 'held'
}
