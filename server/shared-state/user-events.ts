import type { UserEvent } from '../../protocol/index.ts'
import type { MessageBus } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'

/** Sends events about a user's data to all tabs of the user, on all instances. */
export interface UserEvents {
  notify(userId: string, event: UserEvent): void
  /** Subscribes a tab. Returns a function that unsubscribes it. */
  listen(userId: string, listener: UserEventListener): () => void
}

/** Also counts the users that have a tab connected to this instance. */
export interface PresentUsers extends UserEvents {
  readonly userCount: number
}

export interface UserEventListener {
  event(event: UserEvent): void
  /** Events may have been missed, so the tab must read its data again. */
  gap(): void
}

/**
 * Tabs on this instance receive events directly, not over the bus, so that an outage of Redis does not affect them. An
 * instance subscribes to the topic of a user only while the user has a tab on it.
 */
export function createUserEvents(bus: MessageBus<Messages>, self: string): PresentUsers {
  const users = new Map<string, { listeners: Set<UserEventListener>; leave: () => void }>()

  function notifyHere(userId: string, event: UserEvent): void {
    for (const listener of users.get(userId)?.listeners ?? []) listener.event(event)
  }

  function enter(userId: string): { listeners: Set<UserEventListener>; leave: () => void } {
    const listeners = new Set<UserEventListener>()
    const subscription = bus.on('user.event', `user:${userId}`, {
      message: ({ from, event }) => {
        if (from !== self) notifyHere(userId, event)
      },
      gap: () => {
        for (const listener of listeners) listener.gap()
      },
    })
    return { listeners, leave: () => subscription.close() }
  }

  return {
    notify(userId, event) {
      notifyHere(userId, event)
      void bus.send('user.event', { from: self, userId, event })
    },
    listen(userId, listener) {
      const entry = users.get(userId) ?? enter(userId)
      users.set(userId, entry)
      entry.listeners.add(listener)
      return () => {
        entry.listeners.delete(listener)
        if (entry.listeners.size > 0 || users.get(userId) !== entry) return
        users.delete(userId)
        entry.leave()
      }
    },
    get userCount() {
      return users.size
    },
  }
}
