/**
 * Messages between instances.
 *
 * Delivers: at most once, to everyone subscribed at that moment, the sender's own listeners included.
 * Orders: messages of one publisher on one topic arrive in the order in which they were published.
 * Survives: nothing. A listener that may have missed something hears `gap` and reconciles with the store.
 * When Redis is away: `publish` answers false at once; on return every listener hears `gap`, jittered over 1 s.
 */
export interface Bus {
  /**
   * True when Redis (or the hub) took it; a payload above 1 MB is not taken, and its listeners hear `gap`. Never rejects,
   * never waits for longer than 1 s.
   */
  publish(topic: string, payload: string): Promise<boolean>
  subscribe(topic: string, listener: BusListener): BusSubscription
  close(): Promise<void>
}

export interface BusListener {
  message(payload: string): void
  /** Something may have been missed on this topic: a numbered message is missing, or the link was down. */
  gap(): void
}

export interface BusSubscription {
  /** Resolves when messages published from now on will be heard, or the link is known to be away (then `gap` follows on return). */
  readonly ready: Promise<void>
  close(): void
}
