import { guarded, silentLogger } from '../../base/index.ts'
import type { Clock, Logger } from '../../base/index.ts'
import { noFaults } from './memory-faults.ts'
import type { LogFaults } from './memory-faults.ts'
import { MemoryLog } from './memory-log.ts'
import type {
  EntryId,
  LogAnswer,
  LogEntry,
  LogListener,
  LogNote,
  LogSubscription,
  RunLog,
} from './run-log.ts'

const expiryMs = 24 * 60 * 60 * 1000
const retiredMs = 60_000
const sweepMs = 60_000
const away: LogAnswer = { kind: 'unavailable', reason: 'away: the run log in memory is unreachable' }
const noAnswer: LogAnswer = {
  kind: 'unavailable',
  reason: 'timeout: the run log in memory lost the request or its answer',
}

interface Held {
  log: MemoryLog
  /** Monotonic time in ms. */
  expiresAt: number
}

interface Follower {
  handle: Handle
  runId: string
  listener: LogListener
}

/** The run logs of a hub, as one instance sees them. */
export interface MemoryRunLog extends RunLog {
  /** Disconnects this instance, or reconnects it: then every listener receives `gap`. */
  setAway(away: boolean): void
}

/**
 * Run logs in memory, shared by the instances of one process. A single instance without Redis uses it, and tests use it
 * as a model of Redis, with its faults. Answers and notes arrive asynchronously, as over a network.
 */
export class MemoryRunLogHub {
  readonly #clock: Clock
  readonly #removeExpired: () => void
  readonly #handles = new Set<Handle>()
  readonly #followers = new Map<string, Set<Follower>>()
  #logs = new Map<string, Held>()
  #late: (() => void)[] = []
  #sweep: NodeJS.Timeout | undefined

  constructor({ clock, logger = silentLogger }: { clock: Clock; logger?: Logger }) {
    this.#clock = clock
    this.#removeExpired = guarded({ logger, event: 'expiry of run logs' }, () => {
      this.#sweep = undefined
      for (const runId of this.#logs.keys()) this.log(runId)
      if (this.#logs.size > 0) this.#planSweep()
    })
  }

  connect(faults: LogFaults = noFaults): MemoryRunLog {
    const handle = new Handle(this, faults)
    this.#handles.add(handle)
    return handle
  }

  /** Deletes all logs without notifying anyone, as FLUSHALL does. */
  flush(): void {
    this.#logs.clear()
  }

  /**
   * Remembers the state. The returned function silently restores it, as a failover to a replica that lags behind does.
   */
  saveState(): () => void {
    const copy = (logs: Map<string, Held>) =>
      new Map(
        [...logs].map(([runId, held]): [string, Held] => [
          runId,
          { ...held, log: new MemoryLog(held.log.entries) },
        ]),
      )
    const kept = copy(this.#logs)
    return () => {
      this.#logs = copy(kept)
      this.#planSweep()
    }
  }

  /** Disconnects or reconnects every instance. */
  setAway(away: boolean): void {
    for (const handle of this.#handles) handle.setAway(away)
  }

  /** The number of requests that have not arrived yet, although their callers have already got `unavailable`. */
  get late(): number {
    return this.#late.length
  }

  /** Lets one of the late requests arrive. */
  deliverLate(index = 0): void {
    this.#late.splice(index, 1)[0]?.()
  }

  /** The number of logs in memory. */
  get size(): number {
    return this.#logs.size
  }

  close(): void {
    clearTimeout(this.#sweep)
    this.#sweep = undefined
    this.#logs.clear()
    this.#followers.clear()
  }

  // ---- The methods below are for handles.

  holdLate(request: () => void): void {
    this.#late.push(request)
  }

  log(runId: string): MemoryLog | undefined {
    const held = this.#logs.get(runId)
    if (!held || held.expiresAt > this.#clock.monotonic()) return held?.log
    this.#logs.delete(runId)
    return undefined
  }

  logForWriting(runId: string): MemoryLog {
    const log = this.log(runId) ?? new MemoryLog()
    if (!this.#logs.has(runId)) this.#logs.set(runId, { log, expiresAt: this.#clock.monotonic() + expiryMs })
    this.#planSweep()
    return log
  }

  expire(runId: string, ms = expiryMs): void {
    const held = this.#logs.get(runId)
    if (held) held.expiresAt = this.#clock.monotonic() + ms
  }

  add(follower: Follower): void {
    const all = this.#followers.get(follower.runId)
    if (all) all.add(follower)
    else this.#followers.set(follower.runId, new Set([follower]))
  }

  remove(follower: Follower): void {
    const all = this.#followers.get(follower.runId)
    all?.delete(follower)
    if (all?.size === 0) this.#followers.delete(follower.runId)
  }

  leave(handle: Handle): void {
    this.#handles.delete(handle)
    for (const follower of this.followersOf(handle)) this.remove(follower)
  }

  followersOf(handle: Handle): Follower[] {
    return [...this.#followers.values()].flatMap((all) => [...all]).filter((one) => one.handle === handle)
  }

  /** Sends a note to all followers, and returns their number. Notes arrive after the write, in order. */
  notify(runId: string, note: LogNote): number {
    const receivers = new Set<Handle>()
    for (const follower of this.#followers.get(runId) ?? []) {
      if (follower.handle.away) continue
      receivers.add(follower.handle)
      if (!follower.handle.faults.deliversNote()) continue
      queueMicrotask(() => {
        if (this.#followers.get(runId)?.has(follower)) follower.listener.note(note)
      })
    }
    return receivers.size
  }

  /** One timer runs while there are logs. It deletes each log within a minute of its expiry. */
  #planSweep(): void {
    this.#sweep ??= setTimeout(this.#removeExpired, sweepMs).unref()
  }
}

class Handle implements MemoryRunLog {
  readonly faults: LogFaults
  away = false
  readonly #hub: MemoryRunLogHub

  constructor(hub: MemoryRunLogHub, faults: LogFaults) {
    this.#hub = hub
    this.faults = faults
  }

  setAway(away: boolean): void {
    const returns = this.away && !away
    this.away = away
    if (!returns) return
    queueMicrotask(() => {
      for (const follower of this.#hub.followersOf(this)) follower.listener.gap()
    })
  }

  seize(runId: string, fence: number): Promise<LogAnswer> {
    return this.#open(runId, { fence, seq: 0 })
  }

  open(...[runId, at, snapshot]: Parameters<RunLog['open']>): Promise<LogAnswer> {
    return this.#open(runId, at, snapshot)
  }

  append(...[runId, at, words, options]: Parameters<RunLog['append']>): Promise<LogAnswer> {
    return this.#write(() => {
      const log = this.#hub.log(runId) ?? new MemoryLog()
      const answer = log.append(at, words, (note) => this.#hub.notify(runId, note))
      if (answer.kind === 'ok' && options?.refreshExpiry) this.#hub.expire(runId)
      return answer
    })
  }

  async read(runId: string, after?: EntryId): Promise<LogEntry[] | 'unavailable'> {
    if (this.away) return 'unavailable'
    const log = this.#hub.log(runId)
    return (after ? log?.after(after) : log?.entries) ?? []
  }

  follow(runId: string, listener: LogListener): LogSubscription {
    const follower = { handle: this, runId, listener }
    this.#hub.add(follower)
    return { ready: Promise.resolve(), close: () => this.#hub.remove(follower) }
  }

  async retire(runId: string): Promise<void> {
    if (!this.away) this.#hub.expire(runId, retiredMs)
  }

  async close(): Promise<void> {
    this.away = true
    this.#hub.leave(this)
  }

  #open(runId: string, at: EntryId, snapshot?: Parameters<RunLog['open']>[2]): Promise<LogAnswer> {
    return this.#write(() => {
      const answer = this.#hub
        .logForWriting(runId)
        .open(at, snapshot, (note) => this.#hub.notify(runId, note))
      if (answer.kind === 'ok') this.#hub.expire(runId)
      return answer
    })
  }

  async #write(request: () => LogAnswer): Promise<LogAnswer> {
    if (this.away) return away
    const fate = this.faults.write()
    if (fate === 'arrives') return request()
    if (fate === 'answer-lost') request()
    if (fate === 'late') this.#hub.holdLate(request)
    return noAnswer
  }
}
