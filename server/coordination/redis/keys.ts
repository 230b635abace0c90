/** The only place where names in Redis are built. The hash tag is on the entity, so that Cluster spreads them. */
export interface RedisKeys {
  /** Stream, and the sharded channel of its notes. Expiry set by `open`, refreshed by the owner. */
  runLog(runId: string): string
  /** Sorted set incarnation → last beat (ms, Redis's clock). Expiry renewed by each beat. */
  memberBeats(): string
  /** Hash incarnation → facts (JSON). Expiry renewed by each beat. */
  memberFacts(): string
  /** String, theoretical arrival time in µs of Redis's clock. Expires when the whole burst is there again. */
  rateLimit(key: string): string
  /** String, present while the key is blocked. Expires with the block. Same slot as `rateLimit`. */
  rateBlock(key: string): string
  /** String, which installation and secret use this prefix. Expires a day after the last instance renewed it. */
  installation(): string
  /** String, which incarnation wrote that and for which epoch of the store, signed. Same slot and expiry. */
  installationProof(): string
  /** String, JSON: device and last use of a session, for people who look. Expires with the session. */
  session(id: string): string
  /** Plain channel, no key. */
  busTopic(topic: string): string
}

/** `prefix` is REDIS_KEY_PREFIX: installations that share one Redis differ by it. */
export function createKeys(prefix: string): RedisKeys {
  // People choose parts of a limit's key: the word before it keeps the tag from being empty, whatever they choose.
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
