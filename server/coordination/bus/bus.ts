/**
 * Sends messages between instances.
 *
 * Delivers: each message at most once, to all listeners subscribed at that moment, including the sender's own.
 * Orders: messages of one publisher on one topic arrive in the order in which they were published.
 * Survives: nothing. A listener that may have missed a message receives `gap` and must reread the store.
 * When Redis is away: `publish` returns false at once. When Redis is back, every listener receives `gap` within 1 s.
 */
export interface Bus {
  /**
   * Resolves with true if Redis (or the memory hub) accepted the message. A payload above 1 MB is not sent; the topic's
   * listeners receive `gap` instead. Never rejects, and takes at most 1 s.
   */
  publish(topic: string, payload: string): Promise<boolean>
  subscribe(topic: string, listener: BusListener): BusSubscription
  close(): Promise<void>
}

export interface BusListener {
  message(payload: string): void
  /** Messages on this topic may have been missed, because a number was skipped or the connection was down. */
  gap(): void
}

export interface BusSubscription {
  /**
   * Resolves when the listener receives all messages published from now on, or when Redis is known to be unreachable
   * (`gap` then follows when it is back).
   */
  readonly ready: Promise<void>
  close(): void
}
