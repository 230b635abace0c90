import type { Logger } from '../../base/index.ts'
import type { RedisKeys } from '../redis/keys.ts'
import { loadScript } from '../redis/lua-script.ts'
import { RedisUnavailable } from '../redis/redis-link.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import {
  decodeAnswer,
  decodeEntry,
  decodeNote,
  encodeAfter,
  encodeSnapshot,
  encodeWords,
} from './log-format.ts'
import type { EntryId, LogAnswer, LogEntry, RunLog } from './run-log.ts'

const openScript = loadScript(new URL('open.lua', import.meta.url))
const appendScript = loadScript(new URL('append.lua', import.meta.url))

/** A log outlives its run until the store holds the end. */
const expirySeconds = 24 * 60 * 60
const retiredSeconds = 60
const writeDeadlineMs = 2000
const pageDeadlineMs = 2000
const readDeadlineMs = 5000
const pageSize = 1000

export interface RedisRunLogOptions {
  link: RedisLink
  keys: RedisKeys
  logger: Logger
}

/** The run log in Redis: one stream per run, whose key is also the channel of its notes. */
export function createRedisRunLog({ link, keys, logger }: RedisRunLogOptions): RunLog {
  const log = logger.child({ part: 'run-log' })

  async function write(work: () => Promise<unknown>): Promise<LogAnswer> {
    try {
      const answer = await work()
      return decodeAnswer(answer) ?? unavailable(`unexpected answer: ${String(answer).slice(0, 80)}`)
    } catch (error) {
      return unavailable(reasonOf(error))
    }
  }

  function open(runId: string, at: EntryId, ...snapshot: string[]): Promise<LogAnswer> {
    const args = [at.fence, at.seq, expirySeconds, ...snapshot]
    return write(() => link.eval(openScript, [keys.runLog(runId)], args, { deadlineMs: writeDeadlineMs }))
  }

  return {
    seize: (runId, fence) => open(runId, { fence, seq: 0 }),
    open: (runId, at, snapshot) => open(runId, at, encodeSnapshot(snapshot)),
    append(runId, at, words, { refreshExpiry = false } = {}) {
      const args = [at.fence, at.seq, encodeWords(words), ...(refreshExpiry ? [expirySeconds] : [])]
      return write(() => link.eval(appendScript, [keys.runLog(runId)], args, { deadlineMs: writeDeadlineMs }))
    },
    async read(runId, after) {
      try {
        return await readPages(link, keys.runLog(runId), after)
      } catch (error) {
        log.debug({ runId, reason: reasonOf(error) }, 'a run log could not be read')
        return 'unavailable'
      }
    },
    follow(runId, listener) {
      return link.subscribeSharded(keys.runLog(runId), {
        message(payload) {
          const note = decodeNote(payload)
          if (note) listener.note(note)
          else
            log.warn({ runId, payload: payload.slice(0, 40) }, 'a note without an id on the channel of a run')
        },
        gap: () => listener.gap(),
      })
    },
    async retire(runId) {
      try {
        await link.command(['EXPIRE', keys.runLog(runId), retiredSeconds], { deadlineMs: writeDeadlineMs })
      } catch (error) {
        // It goes by its own expiry then.
        log.debug({ runId, reason: reasonOf(error) }, 'a run log could not be retired')
      }
    },
    // The link belongs to the instance; subscriptions to whoever follows.
    close: async () => {},
  }
}

/**
 * All entries after a position, a page at a time, so that a long log never blocks Redis for long. An `open` between two
 * pages wipes what was read before it: entries count from the last snapshot on.
 */
async function readPages(link: RedisLink, key: string, after: EntryId | undefined): Promise<LogEntry[]> {
  const signal = AbortSignal.timeout(readDeadlineMs)
  let entries: LogEntry[] = []
  let from = after ? encodeAfter(after) : '-'
  for (;;) {
    const page = await link.command(['XRANGE', key, from, '+', 'COUNT', pageSize], {
      deadlineMs: pageDeadlineMs,
    })
    if (!Array.isArray(page)) throw new TypeError('XRANGE did not answer with a list')
    const decoded = page.map(entryOf)
    const snapshot = decoded.findLastIndex((entry) => entry.kind === 'snapshot')
    entries = snapshot < 0 ? entries.concat(decoded) : decoded.slice(snapshot)
    const last = decoded.at(-1)
    if (!last || decoded.length < pageSize) return entries
    if (signal.aborted)
      throw new RedisUnavailable('timeout', `reading a run log took longer than ${readDeadlineMs} ms`)
    from = encodeAfter(last)
  }
}

function entryOf(raw: unknown): LogEntry {
  const [id, fields] = Array.isArray(raw) ? raw : []
  const value: unknown = Array.isArray(fields) ? fields[1] : undefined
  const entry = typeof id === 'string' && typeof value === 'string' ? decodeEntry(id, value) : undefined
  if (!entry) throw new TypeError('an entry of a run log has no readable id or value')
  return entry
}

function unavailable(reason: string): LogAnswer {
  return { kind: 'unavailable', reason }
}

function reasonOf(error: unknown): string {
  if (error instanceof RedisUnavailable) return `${error.kind}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
