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

/** A Redis prefix that instances on this database use; '' for those without Redis. */
export interface PrefixUse {
  prefix: string
  /** Label of an instance that uses it. */
  label: string
}

export interface SecretChange {
  former: string
  /** Of `former`, as `meet` was given it. */
  formerFingerprint: string
  next: string
  nextFingerprint: string
}

export interface Installations {
  /** Makes it on first sight; `mismatch` when the fingerprint differs from the stored one. */
  meet(
    secretFingerprint: string,
  ): Promise<{ kind: 'met'; installation: Installation } | { kind: 'mismatch'; installation: Installation }>
  /** A generated WEBUI_SECRET_KEY: stored by compare-and-set, so that instances started together agree. */
  agreeOnSecret(candidate: string): Promise<string>
  /** Notes that this prefix is in use, and answers with the others that have been within the last minute. */
  meetPrefix(prefix: string, label: string): Promise<PrefixUse[]>
  /** Seals provider keys under another secret, and expects that one from now on. `wrong`: `former` is not the secret. */
  changeSecret(change: SecretChange): Promise<{ keys: number } | 'wrong'>
}

export interface JobRow {
  id: string
  kind: string
  /** JSON. */
  payload: string
  attempts: number
  fence: number
  /** JSON: what the job last reported. */
  progress: string | null
}

/** Background work: a row claimed with a fence. `key` makes a job unique while it waits. */
export interface Jobs {
  /** Due `inMs` from now by the store's clock, as everything about its time is. */
  add(job: { id: string; kind: string; key: string; payload: string; inMs: number }): Promise<void>
  claim(input: { me: string; kinds: string[]; limit: number; leaseMs: number }): Promise<JobRow[]>
  /**
   * Extends the lease of a claimed job to `leaseMs` from now. `progress` (JSON) is kept for whoever claims the job after
   * this claim, and counts its attempts from one again. False: the job is not under this fence any more.
   */
  extend(id: string, fence: number, about: { leaseMs: number; progress?: string }): Promise<boolean>
  finish(id: string, fence: number): Promise<boolean>
  /** Tried again in `retryInMs`; null: given up. */
  fail(id: string, fence: number, error: string, retryInMs: number | null): Promise<boolean>
  /** Those that were given up and had been due before `before`: removed, at most `limit`; answers how many. */
  prune(before: number, limit: number): Promise<number>
}

export interface SettingRow {
  name: string
  /** JSON. */
  value: string
}

/** A change of settings, as it was made by somebody who saw the revision `basedOn`. */
export interface SettingsWrite {
  set: SettingRow[]
  /** Names whose stored value is removed. */
  unset: string[]
  basedOn: string
  by: string
  at: number
}

export interface StoredSettings {
  read(): Promise<{ values: SettingRow[]; revision: string }>
  /**
   * Merges the change into what is stored, in one transaction: what an instance has in its memory may be older.
   * `stale`: one of these names got another value after `basedOn`, or `basedOn` is not known here. `accept` sees the
   * whole merged document before it is written; what it throws refuses the change.
   */
  write(
    change: SettingsWrite,
    accept?: (merged: SettingRow[]) => void,
  ): Promise<
    | { kind: 'written'; revision: string }
    | { kind: 'stale'; by: string; at: number; names: string[]; revision: string }
  >
}
