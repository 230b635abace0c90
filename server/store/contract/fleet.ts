export interface InstanceFacts {
  incarnation: string
  /** The instance's membership facts, as JSON. */
  facts: string
  beatAt: number
}

export interface Instances {
  /** Writes this instance's heartbeat and lists the instances that beat within `leaseMs`, in one round trip. */
  beat(incarnation: string, facts: string, leaseMs: number): Promise<InstanceFacts[]>
  leave(incarnation: string): Promise<void>
  /** Every instance that beat within `withinMs` by the store's clock, dead ones included. */
  recent(withinMs: number): Promise<InstanceFacts[]>
  /** Removes rows older than a day. */
  prune(): Promise<void>
}

/**
 * The revision of a feed, incremented in the transaction that changes its data. Two revisions are compared only for
 * equality of (counter, nonce).
 */
export interface RevisionRow {
  name: 'settings' | 'revocations' | 'connections'
  counter: number
  nonce: string
}

export interface Revisions {
  list(): Promise<RevisionRow[]>
}

/** The permanent identity of this store. */
export interface Installation {
  id: string
  /** Fingerprint of WEBUI_SECRET_KEY; set by the first instance. */
  secretFingerprint: string
}

/** A Redis prefix that instances on this database use; '' for instances without Redis. */
export interface PrefixUse {
  prefix: string
  /** Label of an instance that uses the prefix. */
  label: string
}

export interface SecretChange {
  former: string
  /** Fingerprint of `former`, as it was passed to `meet`. */
  formerFingerprint: string
  next: string
  nextFingerprint: string
}

export interface Installations {
  /** Creates the installation if there is none; `mismatch` if the fingerprint differs from the stored one. */
  register(
    secretFingerprint: string,
  ): Promise<{ kind: 'met'; installation: Installation } | { kind: 'mismatch'; installation: Installation }>
  /**
   * Stores a generated WEBUI_SECRET_KEY unless there is one, and returns the stored one, so that instances that start
   * at the same time agree.
   */
  agreeOnSecret(candidate: string): Promise<string>
  /** Records that this prefix is in use, and returns the other prefixes that were in use within the last minute. */
  registerPrefix(prefix: string, label: string): Promise<PrefixUse[]>
  /**
   * Encrypts the provider keys with another secret, which is expected from then on. `wrong`: `former` is not the
   * secret.
   */
  changeSecret(change: SecretChange): Promise<{ keys: number } | 'wrong'>
}

export interface JobRow {
  id: string
  kind: string
  /** JSON. */
  payload: string
  attempts: number
  fence: number
  /** JSON: the progress that the job last reported. */
  progress: string | null
}

/** Background work: an instance claims a row with a fence. Of jobs with the same kind and `key`, only one can wait. */
export interface Jobs {
  /** The job is due `inMs` from now by the store's clock, which all times of jobs use. */
  add(job: { id: string; kind: string; key: string; payload: string; inMs: number }): Promise<void>
  claim(input: { me: string; kinds: string[]; limit: number; leaseMs: number }): Promise<JobRow[]>
  /**
   * Extends the lease of a claimed job to `leaseMs` from now. `progress` (JSON) is stored for later claims of the job
   * and resets its attempts to one. False: the job is no longer claimed with this fence.
   */
  extend(id: string, fence: number, about: { leaseMs: number; progress?: string }): Promise<boolean>
  finish(id: string, fence: number): Promise<boolean>
  /** Retries the job in `retryInMs`; null gives it up. False: the job is no longer claimed with this fence. */
  fail(id: string, fence: number, error: string, retryInMs: number | null): Promise<boolean>
  /** Removes jobs that were given up and were due before `before`, at most `limit`; returns how many. */
  prune(before: number, limit: number): Promise<number>
}

export interface SettingRow {
  name: string
  /** JSON. */
  value: string
}

/** A change of settings by a user who had loaded the revision `basedOn`. */
export interface SettingsWrite {
  set: SettingRow[]
  /** Names whose stored values are removed. */
  unset: string[]
  basedOn: string
  by: string
  at: number
}

export interface StoredSettings {
  read(): Promise<{ values: SettingRow[]; revision: string }>
  /**
   * Merges the change into the stored settings in one transaction, because an instance's copy in memory may be older.
   * `stale`: one of these names got another value after `basedOn`, or the store does not know `basedOn`. `accept`
   * checks the whole merged document before it is written; if it throws, nothing is changed.
   */
  write(
    change: SettingsWrite,
    accept?: (merged: SettingRow[]) => void,
  ): Promise<
    | { kind: 'written'; revision: string }
    | { kind: 'stale'; by: string; at: number; names: string[]; revision: string }
  >
}
