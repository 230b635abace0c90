/**
 * The list of the live instances, which are called members.
 *
 * Delivers: the members as of the last heartbeat (every 0.5 s), and a verdict on each incarnation that is not a member.
 * Orders: nothing. The newest facts of a member replace its earlier facts.
 * Survives: a restart or flush of Redis. Every member is in the list again after one heartbeat.
 * When Redis is away: heartbeats go to the store every second, and the store's list is used. No member that still
 * sends heartbeats is judged dead.
 */
export interface Membership {
  /** The id of this incarnation: the label, and an id that is random at each start. */
  readonly self: string
  /** Starts sending heartbeats. Resolves after the first one was tried in Redis and, if that failed, in the store. */
  join(): Promise<void>
  members(): Member[]
  /**
   * Whether an incarnation is alive. `dead` needs proof (rule 3): this instance's own connection and own entry have
   * existed for one lease without interruption. While Redis is away, only an incarnation that had sent heartbeats to
   * the store because it had lost Redis as well, and then stopped, is `dead`. An incarnation that left cleanly is also
   * `dead`. The own incarnation is always `alive`.
   */
  verdict(incarnation: string): 'alive' | 'dead' | 'unknown'
  /** Changes facts of this member. The next heartbeat sends them. */
  update(facts: Partial<MemberFacts>): void
  /** Returns a function that removes the watcher. */
  watch(watcher: MembershipWatcher): () => void
  /**
   * Milliseconds since the last heartbeat that Redis or the store acknowledged was sent: the larger of the differences
   * by the monotonic clock and by the wall clock (rule 7). Infinity before the first heartbeat.
   */
  sinceAcknowledged(): number
  /** Whether the connection to Redis works now. False if no Redis is configured. */
  redisHealthy(): boolean
  /** Removes this member from the list, so that the others notice it at their next heartbeat. */
  leave(): Promise<void>
}

export interface MemberFacts {
  label: string
  version: string
  state: 'running' | 'draining'
  startedAt: number
  runs: number
  sockets: number
  /** The number of `sockets` that use server-sent events or polls because something blocks WebSockets. */
  fallbacks: number
  /** The number of signed-in users with a tab connected to this member. */
  people: number
  /** The revision ("counter:nonce") that this member has applied, by feed name. */
  revisions: Record<string, string>
  /** Whether its connection to Redis works. Members without Redis leave claims to members that have it (rule 8). */
  redis: boolean
  /** Whether it takes over runs of dead members. False after two deaths soon after claims (rule 13). */
  takeover: boolean
  /** Whether it has claimed a run within the last minute. */
  claiming: boolean
}

export interface Member extends MemberFacts {
  incarnation: string
}

export interface MembershipWatcher {
  /** A member joined, left or was found dead, or facts of a member changed. */
  changed?: (members: Member[]) => void
  /** A member has left cleanly or is dead. Its runs may be claimed. */
  departed?: (incarnation: string, how: 'left' | 'dead') => void
  /** The connection to Redis was lost or restored. */
  link?: (healthy: boolean) => void
}

/** Receives heartbeats while Redis is away or not configured. `instance.ts` implements it with the store. */
export interface HeartbeatStore {
  /** Writes the own row, and returns all members that sent a heartbeat within a lease by the store's clock. */
  beat(incarnation: string, facts: MemberFacts): Promise<Member[]>
  leave(incarnation: string): Promise<void>
}

/** Milliseconds. An incarnation whose last heartbeat is younger than this is alive. */
export const lease = 2500
