// The test suite that every RunLog passes: the table of answers, and the four lines at the head of the contract.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { newId } from '../../base/index.ts'
import type { LogAnswer, LogEntry, LogNote, RunLog, Starts } from './run-log.ts'

export interface RunLogRig {
  /** Connects another instance to the same logs. */
  connect(): Promise<RunLog>
  /** The ways in which a log can be lost, by name. */
  lose: Record<string, (runId: string) => Promise<void>>
  /** Makes the service unreachable or reachable. Its data may be lost meanwhile. */
  setAway(away: boolean): Promise<void>
  close(): Promise<void>
}

const lower = 1_763_900_000_000
const own = 1_763_900_000_123
const higher = 1_764_000_000_000
const starts: Starts = [[own, 0]]
const replacement = { starts, text: 'other text' }

type State = (log: RunLog, runId: string) => Promise<unknown>
type Expected = { answer: LogAnswer['kind']; number?: number; left: string }
type Row = { holds: State; seize?: Expected; open?: Expected; append?: Expected }

/** A log of one fence, with a snapshot and text up to seq `last`. If `last` is 0, the log contains only a seizure. */
function written(fence: number, last: number): State {
  return async (log, runId) => {
    await log.seize(runId, fence)
    if (last > 0) await log.open(runId, { fence, seq: 1 }, { starts: [[fence, 0]], text: 'a' })
    for (let seq = 2; seq <= last; seq++) await log.append(runId, { fence, seq }, { at: seq - 1, text: 'b' })
  }
}

/** The log as one line: the fence by its first letter, the seq, and a sign for the kind. */
function summarize(entries: LogEntry[] | 'unavailable'): string {
  if (entries === 'unavailable') return entries
  const names: Record<number, string> = { [lower]: 'l', [own]: 'o', [higher]: 'h' }
  const marks = { snapshot: '=', words: '+', seized: '!', unknown: '?' }
  return entries.map(({ fence, seq, kind }) => `${names[fence]}${seq}${marks[kind]}`).join(' ')
}

const lost: Omit<Row, 'holds'> = {
  seize: { answer: 'ok', left: 'o0!' },
  open: { answer: 'ok', left: 'o4=' },
  append: { answer: 'lost', left: '' },
}

/** Each row: what the log contains, and for seize F, open F-4 and append F-4 the answer and the log afterwards. */
function table(lose: RunLogRig['lose']): Record<string, Row> {
  const emptied = Object.entries(lose).map(([way, empty]): [string, Row] => [
    `nothing: ${way}`,
    {
      ...lost,
      async holds(log, runId) {
        await written(higher, 3)(log, runId)
        await empty(runId)
      },
    },
  ])
  return {
    'nothing: new': { ...lost, holds: async () => {} },
    ...Object.fromEntries(emptied),
    'a lower fence': {
      holds: written(lower, 2),
      seize: { answer: 'ok', left: 'l1= l2+ o0!' },
      open: { answer: 'ok', left: 'o4=' },
      append: { answer: 'behind', number: lower, left: 'l1= l2+' },
    },
    'a lower fence with a higher seq': {
      holds: written(lower, 6),
      seize: { answer: 'ok', left: 'l1= l2+ l3+ l4+ l5+ l6+ o0!' },
      open: { answer: 'ok', left: 'o4=' },
      append: { answer: 'behind', number: lower, left: 'l1= l2+ l3+ l4+ l5+ l6+' },
    },
    'a lower fence that only seized': {
      holds: written(lower, 0),
      seize: { answer: 'ok', left: 'l0! o0!' },
      open: { answer: 'ok', left: 'o4=' },
      append: { answer: 'behind', number: lower, left: 'l0!' },
    },
    'own fence, only seized': {
      holds: written(own, 0),
      seize: { answer: 'repeat', left: 'o0!' },
      open: { answer: 'ok', left: 'o4=' },
      append: { answer: 'gap', number: 0, left: 'o0!' },
    },
    'own fence, two behind': {
      holds: written(own, 2),
      seize: { answer: 'repeat', left: 'o1= o2+' },
      open: { answer: 'ok', left: 'o4=' },
      append: { answer: 'gap', number: 2, left: 'o1= o2+' },
    },
    'own fence, one behind': {
      holds: written(own, 3),
      seize: { answer: 'repeat', left: 'o1= o2+ o3+' },
      open: { answer: 'ok', left: 'o4=' },
      append: { answer: 'ok', left: 'o1= o2+ o3+ o4+' },
    },
    'own fence, just there': {
      holds: written(own, 4),
      seize: { answer: 'repeat', left: 'o1= o2+ o3+ o4+' },
      open: { answer: 'repeat', left: 'o1= o2+ o3+ o4+' },
      append: { answer: 'repeat', left: 'o1= o2+ o3+ o4+' },
    },
    'own fence, further': {
      holds: written(own, 5),
      seize: { answer: 'repeat', left: 'o1= o2+ o3+ o4+ o5+' },
      open: { answer: 'repeat', left: 'o1= o2+ o3+ o4+ o5+' },
      append: { answer: 'repeat', left: 'o1= o2+ o3+ o4+ o5+' },
    },
    'a higher fence': {
      holds: written(higher, 2),
      seize: { answer: 'fenced', number: higher, left: 'h1= h2+' },
      open: { answer: 'fenced', number: higher, left: 'h1= h2+' },
      append: { answer: 'fenced', number: higher, left: 'h1= h2+' },
    },
    'a higher fence that only seized': {
      holds: written(higher, 0),
      seize: { answer: 'fenced', number: higher, left: 'h0!' },
      open: { answer: 'fenced', number: higher, left: 'h0!' },
      append: { answer: 'fenced', number: higher, left: 'h0!' },
    },
    'own words under a higher seizure': {
      holds: async (log, runId) => {
        await written(own, 3)(log, runId)
        await log.seize(runId, higher)
      },
      seize: { answer: 'fenced', number: higher, left: 'o1= o2+ o3+ h0!' },
      open: { answer: 'fenced', number: higher, left: 'o1= o2+ o3+ h0!' },
      append: { answer: 'fenced', number: higher, left: 'o1= o2+ o3+ h0!' },
    },
  }
}

const operations = {
  seize: (log: RunLog, runId: string) => log.seize(runId, own),
  open: (log: RunLog, runId: string) => log.open(runId, { fence: own, seq: 4 }, replacement),
  append: (log: RunLog, runId: string) => log.append(runId, { fence: own, seq: 4 }, { at: 3, text: 'c' }),
} as const

function recorder() {
  const notes: LogNote[] = []
  let gaps = 0
  return { notes, gaps: () => gaps, note: (note: LogNote) => void notes.push(note), gap: () => void gaps++ }
}

export function describeRunLog(make: () => Promise<RunLogRig>): void {
  describe('run log', () => {
    let rig: RunLogRig
    let log: RunLog
    let runId: string
    beforeAll(async () => {
      rig = await make()
    })
    afterAll(() => rig.close())
    beforeEach(async () => {
      runId = newId()
      log = await rig.connect()
    })
    afterEach(() => log.close())

    test('answers of seize, open and append, for every state of a log', async () => {
      let checks = 0
      for (const [holds, row] of Object.entries(table(rig.lose))) {
        for (const verb of ['seize', 'open', 'append'] as const) {
          runId = newId()
          await row.holds(log, runId)
          const answer = await operations[verb](log, runId)
          const { answer: kind, number, left } = row[verb]!
          const numbers = {
            ok: { followers: 0 },
            fenced: { fence: number },
            behind: { fence: number },
            gap: { last: number },
          }
          expect(answer, `${verb} on ${holds}`).toEqual({ kind, ...numbers[kind as keyof typeof numbers] })
          expect(summarize(await log.read(runId)), `after ${verb} on ${holds}`).toBe(left)
          checks++
        }
      }
      expect(checks).toBeGreaterThanOrEqual(39)
    })

    test('a repeated seq with other content changes nothing', async () => {
      await written(own, 2)(log, runId)
      const before = await log.read(runId)
      expect(await log.append(runId, { fence: own, seq: 2 }, { at: 1, text: 'other' })).toEqual({
        kind: 'repeat',
      })
      expect(await log.open(runId, { fence: own, seq: 1 }, replacement)).toEqual({ kind: 'repeat' })
      expect(await log.read(runId)).toEqual(before)
    })

    test('Delivers: each entry to every reader, and a note of each entry to every follower', async () => {
      const other = await rig.connect()
      const received = recorder()
      const subscription = other.follow(runId, received)
      await subscription.ready
      await log.seize(runId, own)
      const text = 'Grüße, 世界 👋\n\u0000"\\'
      expect(await log.open(runId, { fence: own, seq: 1 }, { starts, text })).toEqual({
        kind: 'ok',
        followers: 1,
      })
      await log.append(runId, { fence: own, seq: 2 }, { at: text.length, text: ' and 👋 on' })
      await vi.waitFor(() => expect(received.notes).toHaveLength(3))
      const words = { at: text.length, text: ' and 👋 on' }
      expect(received.notes).toEqual([
        { fence: own, seq: 0, kind: 'seized' },
        { fence: own, seq: 1, kind: 'snapshot' },
        { fence: own, seq: 2, kind: 'words', words },
      ])
      expect(await other.read(runId)).toEqual([
        { fence: own, seq: 1, kind: 'snapshot', snapshot: { starts, text } },
        { fence: own, seq: 2, kind: 'words', words },
      ])
      expect(await other.read(runId, { fence: own, seq: 1 })).toEqual([
        { fence: own, seq: 2, kind: 'words', words },
      ])
      expect(await other.read(runId, { fence: own, seq: 2 })).toEqual([])
      subscription.close()
      let seq = 3
      const next = () => log.append(runId, { fence: own, seq }, { at: text.length + 10 + seq++, text: 'x' })
      await vi.waitFor(async () => expect(await next()).toEqual({ kind: 'ok', followers: 0 }))
      expect(received.notes).toHaveLength(3)
      await other.close()
    })

    test('Delivers: the whole log, even if it is longer than one page', async () => {
      await written(own, 1)(log, runId)
      for (let from = 2; from <= 2202; from += 100) {
        const seqs = Array.from({ length: 100 }, (_, index) => from + index)
        await Promise.all(
          seqs.map((seq) => log.append(runId, { fence: own, seq }, { at: seq - 1, text: 'x' })),
        )
      }
      const entries = await log.read(runId)
      expect(entries).toHaveLength(2301)
      expect((entries as LogEntry[]).map(({ seq }) => seq)).toEqual(
        Array.from({ length: 2301 }, (_, i) => i + 1),
      )
    })

    test('Orders: entries of all writers by fence and seq; a write with a lower fence is refused', async () => {
      const zombie = await rig.connect()
      await written(lower, 2)(zombie, runId)
      const received = recorder()
      const subscription = log.follow(runId, received)
      await subscription.ready
      const race = [3, 4, 5].map((seq) =>
        zombie.append(runId, { fence: lower, seq }, { at: seq - 1, text: 'z' }),
      )
      const seized = await log.seize(runId, own)
      await Promise.all(race)
      expect(seized.kind).toBe('ok')
      await log.open(runId, { fence: own, seq: 1 }, replacement)
      expect(await zombie.append(runId, { fence: lower, seq: 6 }, { at: 5, text: 'z' })).toEqual({
        kind: 'fenced',
        fence: own,
      })
      await vi.waitFor(() => expect(received.notes.at(-1)).toMatchObject({ fence: own, seq: 1 }))
      const ids = received.notes.map(({ fence, seq }) => fence * 1000 + seq)
      expect(ids).toEqual([...ids].sort((a, b) => a - b))
      subscription.close()
      await zombie.close()
    })

    test('Survives: the death of the instance that wrote. After a loss, the answer is lost', async () => {
      const dead = await rig.connect()
      await written(own, 3)(dead, runId)
      await dead.close()
      expect(summarize(await log.read(runId))).toBe('o1= o2+ o3+')
      for (const empty of Object.values(rig.lose)) await empty(runId)
      expect(await operations.append(log, runId)).toEqual({ kind: 'lost' })
      expect(await log.read(runId)).toEqual([])
    })

    test('When Redis is away: every operation returns unavailable, and listeners receive gap when Redis is back', async () => {
      await written(own, 3)(log, runId)
      const received = recorder()
      const early = log.follow(runId, received)
      await early.ready
      await rig.setAway(true)
      for (const verb of Object.values(operations)) {
        expect(await verb(log, runId)).toEqual({ kind: 'unavailable', reason: expect.stringMatching(/\w/) })
      }
      expect(await log.read(runId)).toBe('unavailable')
      await log.retire(runId)
      const late = recorder()
      const lateSubscription = log.follow(runId, late)
      await lateSubscription.ready
      await rig.setAway(false)
      await vi.waitFor(() => expect(Math.min(received.gaps(), late.gaps())).toBeGreaterThan(0), {
        timeout: 10_000,
      })
      await vi.waitFor(async () => expect((await log.seize(runId, higher)).kind).toMatch(/ok|repeat/), {
        timeout: 10_000,
      })
      await vi.waitFor(() => expect(late.notes.length).toBeGreaterThan(0))
      for (const subscription of [early, lateSubscription]) subscription.close()
    })
  })
}
