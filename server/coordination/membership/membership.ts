/**
 * Who is there.
 *
 * Delivers: the members as of the last beat (0.5 s), and a verdict on incarnations that are not among them.
 * Orders: nothing; facts of a member replace its earlier ones.
 * Survives: a restart or flush of Redis, within one heartbeat.
 * When Redis is away: nobody is taken for dead; beats go to the store each second, and the store's list is used.
 */
export interface Membership {
  /** This incarnation: label and a random id per start. */
  readonly self: string
  /** Starts beating. Resolves after the first beat, or when it is known that it has to go on without Redis. */
  join(): Promise<void>
  members(): Member[]
  /**
   * `dead` only with proof that is present (rule 3): own link and own entry unbroken for one lease. Own id: always alive.
   * While Redis is away, `dead` is only who beat in the store because it had lost Redis too, and then stopped.
   */
  verdict(incarnation: string): 'alive' | 'dead' | 'unknown'
  /** Facts that changed travel with the next beat. */
  update(facts: Partial<MemberFacts>): void
  watch(watcher: MembershipWatcher): () => void
  /**
   * Milliseconds since the last acknowledged heartbeat, by Redis or by the store: the larger of the monotonic and the
   * wall-clock difference (rule 7). Infinity before the first.
   */
  sinceAcknowledged(): number
  /** Whether the link to Redis works now. Without Redis configured: false. */
  redisHealthy(): boolean
  /** Says goodbye: others notice at once. */
  leave(): Promise<void>
}

export interface MemberFacts {
  label: string
  version: string
  state: 'running' | 'draining'
  startedAt: number
  runs: number
  sockets: number
  /** Of the sockets, those by server-sent events or polls, because something blocks WebSockets. */
  fallbacks: number
  /** Signed-in people with a tab on this member. */
  people: number
  /** Feed name → "counter:nonce" that this member has applied. */
  revisions: Record<string, string>
  /** Whether its own link to Redis is healthy: others hold back claims while somebody's is (rule 8). */
  redis: boolean
  /** It takes over what others leave behind (rule 13: not after two deaths soon after claims). */
  takeover: boolean
  /** It has claimed something within the last minute. */
  claiming: boolean
}

export interface Member extends MemberFacts {
  incarnation: string
}

export interface MembershipWatcher {
  /** Somebody came, left with a goodbye, or was found dead; or facts changed. */
  changed?: (members: Member[]) => void
  /** Left (goodbye) or dead. Their runs may be claimed. */
  gone?: (incarnation: string, how: 'left' | 'dead') => void
  /** The link to Redis was lost or came back. */
  link?: (healthy: boolean) => void
}

/** Where beats go when Redis is away or not configured; given by instance.ts, which puts the store behind it. */
export interface HeartbeatStore {
  /** Writes the own row and lists those that beat within the lease, by the store's clock. */
  beat(incarnation: string, facts: MemberFacts): Promise<Member[]>
  leave(incarnation: string): Promise<void>
}

/** Milliseconds. */
export const lease = 2500
