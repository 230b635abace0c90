import type { MessageView } from '../../../../protocol/http/chats.ts'
import type { QueuedMessage } from './queued-messages.ts'

/**
 * What the messages queued in a chat wait for. `waiting`: the answer before them to end. `ready`: nothing, the first one
 * goes. `held`: the person, because the answer before them did not end well. `refused`: the person, because the first
 * one could not be sent.
 */
export type QueueState = 'empty' | 'waiting' | 'ready' | 'held' | 'refused'

/**
 * What was tried last with a queued message. `wanted`: it goes however the answer before it ends. `refused`: it could not
 * be sent.
 */
export type QueueAttempt = { id: string } & ({ name: 'wanted' } | { name: 'refused'; error: unknown })

/** The state of a queue, from its first message, the last message of its chat and what was tried last. */
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
