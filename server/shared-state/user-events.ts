import type { UserEvent } from '../../protocol/index.ts'
import type { MessageBus } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'

/** Tells every tab of a user, on every instance, what happened to what the user can see. */
export interface UserEvents {
  tell(userId: string, event: UserEvent): void
  /** `gap`: something may have been missed; the tab reads again. */
  listen(userId: string, listener: UserEventListener): () => void
}

/** Presence: who listens has a tab on this instance. */
export interface PresentUsers extends UserEvents {
  readonly people: number
}

export interface UserEventListener {
  event(event: UserEvent): void
  gap(): void
}

/**
 * Local tabs are told at once and without the bus, so that an outage of Redis is not felt on the instance itself. The
 * topic of a user is subscribed while that user has a tab here: other instances receive nothing.
 */
export function createUserEvents(bus: MessageBus<Messages>, self: string): PresentUsers {
  const users = new Map<string, { listeners: Set<UserEventListener>; leave: () => void }>()

  function tellHere(userId: string, event: UserEvent): void {
    for (const listener of users.get(userId)?.listeners ?? []) listener.event(event)
  }

  function enter(userId: string): { listeners: Set<UserEventListener>; leave: () => void } {
    const listeners = new Set<UserEventListener>()
    const subscription = bus.on('user.event', `user:${userId}`, {
      message: ({ from, event }) => {
        if (from !== self) tellHere(userId, event)
      },
      gap: () => {
        for (const listener of listeners) listener.gap()
      },
    })
    return { listeners, leave: () => subscription.close() }
  }

  return {
    tell(userId, event) {
      tellHere(userId, event)
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
    get people() {
      return users.size
    },
  }
}
