import { beforeEach, describe, expect, test } from 'vitest'
import { endSleeps, ownedRun, settled } from '../../test/support/owned-run-fixture.ts'
import { manualTime } from '../../test/support/manual-time.ts'
import { silentLogger } from '../base/index.ts'
import { StoreError } from '../store/store.ts'
import type { MessageRow } from '../store/contract/chats.ts'
import type { RememberedRun, RunRow } from '../store/contract/runs.ts'
import { RunOwnership } from './run-ownership.ts'

const run = ownedRun({ path: async () => [{ role: 'user', text: 'What is a shoal?' } as MessageRow] })

class Trial {
  /** The result of reading the row. */
  row: RunRow | undefined = { ...run.row }
  away = false
  reads = 0
  heartbeatIsOld = false
  restored: RememberedRun[] = []
  received: string[] = []
  /** If set, reads wait for it. */
  hold: Promise<void> | undefined
  readonly time = manualTime()
  readonly ownership: RunOwnership

  constructor() {
    this.ownership = new RunOwnership(
      {
        runs: {
          read: async () => {
            this.reads++
            const { row } = this
            await this.hold
            if (this.away) throw new StoreError('unavailable', 'away')
            return row
          },
          restoreLostRun: async (remembered) => {
            this.restored.push(remembered)
            return remembered.run
          },
        },
        me: 'me',
        heartbeatIsOld: () => this.heartbeatIsOld,
        sleep: this.time.sleep,
        logger: silentLogger,
      },
      run,
      {
        confirmed: () => void this.received.push('confirmed'),
        lost: () => void this.received.push('lost'),
        silenceEnded: () => void this.received.push('silence ended'),
      },
    )
  }
}

let trial: Trial
beforeEach(() => void (trial = new Trial()))

describe('a check', () => {
  test('only the store decides whose run it is (rule 1)', async () => {
    await trial.ownership.check()
    expect(trial.received).toEqual(['confirmed'])
    const others: Partial<RunRow>[] = [{ owner: 'another' }, { fence: 8 }, { status: 'stopped' }]
    for (const other of others) {
      trial = new Trial()
      trial.row = { ...run.row, ...other }
      await trial.ownership.check()
      expect(trial.received, JSON.stringify(other)).toEqual(['lost'])
    }
  })

  test('calls at the same time share one read', async () => {
    await Promise.all([trial.ownership.check(), trial.ownership.check(), trial.ownership.check()])
    expect([trial.reads, trial.received]).toEqual([1, ['confirmed']])
  })

  test('an unreachable store is queried until it answers (rule 9)', async () => {
    trial.away = true
    const checked = trial.ownership.check()
    await settled()
    await endSleeps(trial.time)
    expect([trial.reads, trial.received]).toEqual([2, []])
    trial.away = false
    await endSleeps(trial.time)
    await checked
    expect(trial.received).toEqual(['confirmed'])
  })

  test('a run that is over is not read any more, and calls no hook', async () => {
    trial.away = true
    const checked = trial.ownership.check()
    await settled()
    trial.ownership.end()
    await endSleeps(trial.time)
    await checked
    expect([trial.reads, trial.received]).toEqual([1, []])
  })

  test('a run that the store has lost is restored, with a stop that was requested since', async () => {
    trial.row = undefined
    expect(trial.ownership.noteStop()).toBe(true)
    await trial.ownership.check()
    expect(trial.received).toEqual(['confirmed'])
    expect(trial.restored).toMatchObject([
      { run: { id: 'run', owner: 'me', stop: true }, title: 'What is a shoal?' },
    ])
  })
})

test('a stop is noted once, and not after the end', () => {
  expect([trial.ownership.noteStop(), trial.ownership.noteStop()]).toEqual([true, false])
  const other = new Trial().ownership
  other.end()
  expect([other.noteStop(), other.stopRequested]).toEqual([false, false])
})

describe('an owner whose heartbeat is old (rule 7)', () => {
  beforeEach(() => {
    trial.heartbeatIsOld = true
    expect(trial.ownership.mayDeliver()).toBe(false)
  })

  test('may deliver again once the store has confirmed its fence; a new heartbeat alone is not enough', async () => {
    trial.away = true
    trial.heartbeatIsOld = false
    await endSleeps(trial.time)
    expect([trial.ownership.mayDeliver(), trial.reads]).toEqual([false, 1])
    trial.away = false
    await endSleeps(trial.time)
    expect(trial.received).toEqual(['confirmed', 'silence ended'])
    expect(trial.ownership.mayDeliver()).toBe(true)
  })

  test('does not query the store while there is no new heartbeat', async () => {
    for (let turn = 0; turn < 5; turn++) await endSleeps(trial.time)
    expect([trial.reads, trial.ownership.mayDeliver()]).toEqual([0, false])
  })

  test('stays silent after a read that began before the new heartbeat', async () => {
    const reading = Promise.withResolvers<void>()
    trial.hold = reading.promise
    void trial.ownership.check()
    trial.row = { ...run.row, owner: 'another' }
    trial.heartbeatIsOld = false
    await endSleeps(trial.time)
    reading.resolve()
    await settled()
    expect(trial.received).toEqual(['confirmed', 'lost'])
  })

  test('never delivers again once it has lost the run', async () => {
    trial.row = { ...run.row, owner: 'another' }
    trial.heartbeatIsOld = false
    let waited = false
    void trial.ownership.untilConfirmed().then(() => (waited = true))
    await settled()
    expect(waited).toBe(false)
    trial.ownership.end()
    await endSleeps(trial.time)
    expect([waited, trial.ownership.mayDeliver(), trial.received]).toEqual([true, false, []])
  })

  test('falls silent again when the heartbeat stops again', async () => {
    trial.heartbeatIsOld = false
    await endSleeps(trial.time)
    trial.heartbeatIsOld = true
    expect(trial.ownership.mayDeliver()).toBe(false)
    trial.heartbeatIsOld = false
    await endSleeps(trial.time)
    expect(trial.received).toEqual(['confirmed', 'silence ended', 'confirmed', 'silence ended'])
  })
})
