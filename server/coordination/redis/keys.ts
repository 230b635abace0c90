/**
 * Builds all names in Redis. The hash tag contains the entity, so that a Cluster distributes the entities over its
 * nodes.
 */
export interface RedisKeys {
  /** Stream, and also the sharded channel of its notes. `open` sets the expiry, and the owner refreshes it. */
  runLog(runId: string): string
  /** Sorted set: incarnation → last heartbeat (ms of Redis's clock). Each heartbeat renews the expiry. */
  memberBeats(): string
  /** Hash: incarnation → facts (JSON). Each heartbeat renews the expiry. */
  memberFacts(): string
  /** String: theoretical arrival time in µs of Redis's clock. Expires when the whole burst is available again. */
  rateLimit(key: string): string
  /** String: exists while the key is blocked, and expires with the block. Same slot as `rateLimit`. */
  rateBlock(key: string): string
  /**
   * String: the installation and the secret that use this prefix. Expires a day after the last renewal by an instance.
   */
  installation(): string
  /** String, signed: the incarnation that wrote `installation`, and the store's epoch. Same slot and expiry. */
  installationProof(): string
  /** String, JSON: device and last use of a session, for operators who inspect Redis. Expires with the session. */
  session(id: string): string
  /** Plain channel, without a key. */
  busTopic(topic: string): string
}

/** `prefix` is REDIS_KEY_PREFIX, which is different for each installation on the same Redis. */
export function createKeys(prefix: string): RedisKeys {
  // Users choose parts of a limit's key. The prefix `limit:` ensures that the hash tag is never empty.
  const root = `${prefix}:shoal1:`
  return {
    runLog: (runId) => `${root}{${runId}}`,
    memberBeats: () => `${root}{members}:beats`,
    memberFacts: () => `${root}{members}:facts`,
    rateLimit: (key) => `${root}{limit:${key}}`,
    rateBlock: (key) => `${root}{limit:${key}}:blocked`,
    installation: () => `${root}{installation}`,
    installationProof: () => `${root}{installation}:proof`,
    session: (id) => `${root}session:${id}`,
    busTopic: (topic) => `${root}bus:${topic}`,
  }
}
