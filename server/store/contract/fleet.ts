export interface InstanceFacts {
  incarnation: string
  /** JSON of membership facts. */
  facts: string
  beatAt: number
}

export interface Instances {
  /** Writes the own row and lists those that beat within `leaseMs` by the store's clock, in one round trip. */
  beat(incarnation: string, facts: string, leaseMs: number): Promise<InstanceFacts[]>
  leave(incarnation: string): Promise<void>
  /** Every row that beat within `withinMs` by the store's clock, those of the dead included. */
  recent(withinMs: number): Promise<InstanceFacts[]>
  /** Rows older than a day are removed. */
  prune(): Promise<void>
}

/** Rows of one table, raised in the writing transaction; compared for inequality of (counter, nonce). */
export interface RevisionRow {
  name: 'settings' | 'revocations' | 'connections'
  counter: number
  nonce: string
}

export interface Revisions {
  list(): Promise<RevisionRow[]>
}

/** What this store is, once and for all. */
export interface Installation {
  id: string
  /** Fingerprint of WEBUI_SECRET_KEY; set by the first instance. */
  secretFingerprint: string
}

export interface Installations {
  /** Makes it on first sight; `mismatch` when the fingerprint differs from the stored one. */
  meet(
    secretFingerprint: string,
  ): Promise<{ kind: 'met'; installation: Installation } | { kind: 'mismatch'; installation: Installation }>
  /** A generated WEBUI_SECRET_KEY: stored by compare-and-set, so that instances started together agree. */
  agreeOnSecret(candidate: string): Promise<string>
}

export interface JobRow {
  id: string
  kind: string
  /** JSON. */
  payload: string
  attempts: number
  fence: number
}

/** Background work: a row claimed with a fence. `key` makes a job unique while it waits. */
export interface Jobs {
  add(job: { id: string; kind: string; key: string; payload: string; runAt: number }): Promise<void>
  claim(input: { me: string; kinds: string[]; limit: number; leaseMs: number }): Promise<JobRow[]>
  finish(id: string, fence: number): Promise<boolean>
  fail(id: string, fence: number, error: string, retryAt: number | null): Promise<boolean>
  /** Those that were given up and had been due before `before`: removed, at most `limit`; answers how many. */
  prune(before: number, limit: number): Promise<number>
}

export interface SettingRow {
  name: string
  /** JSON. */
  value: string
}

/** Stored settings: whole document with the revision it was based on. */
export interface StoredSettings {
  read(): Promise<{ values: SettingRow[]; revision: string }>
  write(input: {
    values: SettingRow[]
    basedOn: string
    by: string
    at: number
  }): Promise<
    { kind: 'written'; revision: string } | { kind: 'stale'; by: string; at: number; revision: string }
  >
}
