import type { Logger } from '../../base/index.ts'
import type { RedisKeys } from '../redis/keys.ts'
import { loadScript } from '../redis/lua-script.ts'
import { RedisUnavailable } from '../redis/redis-link.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { Signer } from '../signer.ts'
import { createLogFormat, decodeAnswer, encodeExclusiveStart } from './log-format.ts'
import type { EntryId, LogAnswer, LogEntry, RunLog } from './run-log.ts'

const openScript = loadScript(new URL('open.lua', import.meta.url))
const appendScript = loadScript(new URL('append.lua', import.meta.url))

/** Removes logs that were not retired, for example because Redis was unreachable when the run ended. */
const expirySeconds = 24 * 60 * 60
const retiredSeconds = 60
const writeDeadlineMs = 2000
const pageDeadlineMs = 2000
const readDeadlineMs = 5000
const pageSize = 1000

export interface RedisRunLogOptions {
  link: RedisLink
  keys: RedisKeys
  signer: Signer
  logger: Logger
}

/** The run log in Redis: one stream per run. The key of the stream is also the name of the channel of its notes. */
export function createRedisRunLog({ link, keys, signer, logger }: RedisRunLogOptions): RunLog {
  const format = createLogFormat(signer)
  const log = logger.child({ part: 'run-log' })

  async function write(work: () => Promise<unknown>): Promise<LogAnswer> {
    try {
      const answer = await work()
      return decodeAnswer(answer) ?? unavailable(`unexpected reply: ${String(answer).slice(0, 80)}`)
    } catch (error) {
      return unavailable(reasonOf(error))
    }
  }

  function open(runId: string, at: EntryId, note: string, ...snapshot: string[]): Promise<LogAnswer> {
    const args = [at.fence, at.seq, expirySeconds, note, ...snapshot]
    return write(() => link.eval(openScript, [keys.runLog(runId)], args, { deadlineMs: writeDeadlineMs }))
  }

  return {
    seize(runId, fence) {
      const at = { fence, seq: 0 }
      return open(runId, at, format.seized(runId, at))
    },
    open: (runId, at, snapshot) =>
      open(runId, at, format.snapshotNote(runId, at), format.snapshot(runId, at, snapshot)),
    append(runId, at, words, { refreshExpiry = false } = {}) {
      const value = format.words(runId, at, words)
      const args = [at.fence, at.seq, value, ...(refreshExpiry ? [expirySeconds] : [])]
      return write(() => link.eval(appendScript, [keys.runLog(runId)], args, { deadlineMs: writeDeadlineMs }))
    },
    async read(runId, after) {
      const decode = ({ id, value }: RawEntry) => format.decodeEntry(runId, id, value)
      try {
        return await readPages({ link, key: keys.runLog(runId), decode }, after)
      } catch (error) {
        log.debug({ runId, reason: reasonOf(error) }, 'a run log could not be read')
        return 'unavailable'
      }
    },
    follow(runId, listener) {
      let warned = false
      return link.subscribeSharded(keys.runLog(runId), {
        message(payload) {
          const note = format.decodeNote(runId, payload)
          if (note) return listener.note(note)
          // Logged once per subscription, because a forger may send many.
          if (!warned) log.warn({ runId, payload: payload.slice(0, 40) }, unsigned)
          warned = true
        },
        gap: () => listener.gap(),
      })
    },
    async retire(runId) {
      try {
        await link.command(['EXPIRE', keys.runLog(runId), retiredSeconds], { deadlineMs: writeDeadlineMs })
      } catch (error) {
        // The log then expires later, by its normal expiry.
        log.debug({ runId, reason: reasonOf(error) }, 'a run log could not be retired')
      }
    },
    // The instance closes the link, and followers close their subscriptions.
    close: async () => {},
  }
}

/**
 * Reads all signed entries after a position, in pages, so that a long log does not block Redis for long. If the log is
 * reopened between two pages, the entries before its new snapshot are dropped.
 */
async function readPages(
  { link, key, decode }: { link: RedisLink; key: string; decode: (raw: RawEntry) => LogEntry | undefined },
  after: EntryId | undefined,
): Promise<LogEntry[]> {
  const signal = AbortSignal.timeout(readDeadlineMs)
  let entries: LogEntry[] = []
  let from = after ? encodeExclusiveStart(after) : '-'
  for (;;) {
    const page = await link.command(['XRANGE', key, from, '+', 'COUNT', pageSize], {
      deadlineMs: pageDeadlineMs,
    })
    if (!Array.isArray(page)) throw new TypeError('XRANGE did not reply with a list')
    const raw = page.map(rawEntry)
    const decoded = raw.flatMap((entry) => decode(entry) ?? [])
    const snapshot = decoded.findLastIndex((entry) => entry.kind === 'snapshot')
    entries = snapshot < 0 ? entries.concat(decoded) : decoded.slice(snapshot)
    const last = raw.at(-1)
    if (!last || raw.length < pageSize) return entries
    if (signal.aborted)
      throw new RedisUnavailable('timeout', `reading a run log took longer than ${readDeadlineMs} ms`)
    from = `(${last.id}`
  }
}

interface RawEntry {
  id: string
  value: string
}

function rawEntry(raw: unknown): RawEntry {
  const [id, fields]: unknown[] = Array.isArray(raw) ? raw : []
  const value: unknown = Array.isArray(fields) ? fields[1] : undefined
  if (typeof id === 'string' && typeof value === 'string') return { id, value }
  throw new TypeError('an entry of the run log has no readable id or value')
}

function unavailable(reason: string): LogAnswer {
  return { kind: 'unavailable', reason }
}

function reasonOf(error: unknown): string {
  if (error instanceof RedisUnavailable) return `${error.kind}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

const unsigned =
  'ignored a run log note that this installation did not sign: it comes from another version, from an instance with another WEBUI_SECRET_KEY, or from a program that does not belong to Shoal'
