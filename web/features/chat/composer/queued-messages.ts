import { storagePrefix } from '../../../api/base-path.ts'
import { createListeners } from '../../../base/listeners.ts'
import { readStoredJson, storedKeys, writeStored } from '../../storage/safe-storage.ts'
import type { Outgoing } from '../state/outgoing.ts'

/**
 * A message that waits for the running answer to end. Its id becomes the run’s client id, so that two tabs which both
 * send it start one run.
 */
export interface QueuedMessage extends Outgoing {
  id: string
}

const changed = createListeners()
const cached = new Map<string, QueuedMessage[]>()
const none: QueuedMessage[] = []

/** Calls the listener when the queue of any chat changes, in this tab or another one. */
export const onQueueChange = changed.add

/** The queue of a chat, in sending order. Returns the same array until the queue changes. */
export function queueOf(chatId: string): QueuedMessage[] {
  const known = cached.get(chatId)
  if (known) return known
  const stored = readStoredJson(`queue:${chatId}`, isQueue) ?? none
  cached.set(chatId, stored)
  return stored
}

/** The ids of all chats with queued messages. */
export function queuedChats(): string[] {
  return storedKeys()
    .filter((key) => key.startsWith('queue:'))
    .map((key) => key.slice('queue:'.length))
}

export function setQueue(chatId: string, queue: QueuedMessage[]): void {
  cached.set(chatId, queue)
  writeStored(`queue:${chatId}`, queue.length === 0 ? null : JSON.stringify(queue))
  changed.notify()
}

/** Rereads the queues when another tab changes them. Returns the function that stops listening. */
export function followQueues(): () => void {
  const follow = (event: StorageEvent): void => {
    if (event.key !== null && !event.key.startsWith(`${storagePrefix}queue:`)) return
    cached.clear()
    changed.notify()
  }
  addEventListener('storage', follow)
  return () => removeEventListener('storage', follow)
}

function isQueue(value: unknown): value is QueuedMessage[] {
  return (
    Array.isArray(value) &&
    value.every(
      (it: unknown) =>
        typeof it === 'object' &&
        it !== null &&
        ['id', 'text', 'model'].every((key) => typeof (it as Record<string, unknown>)[key] === 'string'),
    )
  )
}
