import { storagePrefix } from '../../../api/base-path.ts'
import { createListeners } from '../../../base/listeners.ts'
import { readStoredJson, storedKeys, writeStored } from '../../storage/safe-storage.ts'
import type { Outgoing } from '../state/outgoing.ts'

/** A message that waits for the running answer to end. Its id is the run's client id: two tabs that send it send one. */
export interface QueuedMessage extends Outgoing {
  id: string
}

const changed = createListeners()
const held = new Map<string, QueuedMessage[]>()
const none: QueuedMessage[] = []

/** Told when any chat's queue changes, here or in another tab. */
export const onQueueChange = changed.add

/** The queue of a chat, first to be sent first; the same array until it changes. */
export function queueOf(chatId: string): QueuedMessage[] {
  const known = held.get(chatId)
  if (known) return known
  const stored = readStoredJson(`queue:${chatId}`, isQueue) ?? none
  held.set(chatId, stored)
  return stored
}

/** The chats in which messages wait. */
export function queuedChats(): string[] {
  return storedKeys()
    .filter((key) => key.startsWith('queue:'))
    .map((key) => key.slice('queue:'.length))
}

export function setQueue(chatId: string, queue: QueuedMessage[]): void {
  held.set(chatId, queue)
  writeStored(`queue:${chatId}`, queue.length === 0 ? null : JSON.stringify(queue))
  changed.notify()
}

/** Follows what other tabs do to the queues. Returns how to stop. */
export function followQueues(): () => void {
  const follow = (event: StorageEvent): void => {
    if (event.key !== null && !event.key.startsWith(`${storagePrefix}queue:`)) return
    held.clear()
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
