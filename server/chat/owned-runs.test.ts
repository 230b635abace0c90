import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { endSleeps, ownedRun, settled } from '../../test/support/owned-run-fixture.ts'
import { manualTime } from '../../test/support/manual-time.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { MemoryRunLogHub } from '../coordination/run-log/memory-run-log.ts'
import type { ClaimedRun, RunRow } from '../store/contract/runs.ts'
import { LiveRuns } from './live-runs.ts'
import type { OwnedRun } from './owned-run.ts'
import { OwnedRuns } from './owned-runs.ts'
import type { DriverOfRun } from './owned-runs.ts'
import type { DriverHooks } from './run-driver.ts'
import type { RunView } from './run-view.ts'
import type { Plan } from './plan-takeover.ts'

const claimed = (about: Partial<RunRow> = {}): ClaimedRun => ({ ...ownedRun({ row: about }).row, text: '' })
const drivePlan = (run: OwnedRun): Plan => ({
  kind: 'drive',
  run,
  source: { fence: run.row.fence, seq: 0, starts: run.starts, text: run.text },
})

/** A driver that only records its calls. */
class Driver implements DriverOfRun {
  asked: string[] = []
  released = true
  readonly run: OwnedRun
  readonly view: RunView
  readonly hooks: DriverHooks

  constructor(run: OwnedRun, view: RunView, hooks: DriverHooks) {
    this.run = run
    this.view = view
    this.hooks = hooks
  }

  get id(): string {
    return this.run.row.id
  }
  get fence(): number {
    return this.run.row.fence
  }
  async writeToEnd(): Promise<void> {
    this.asked.push('write')
  }
  async check(): Promise<void> {
    this.asked.push('check')
  }
  async release(): Promise<boolean> {
    this.asked.push('release')
    return this.released
  }
  detach = (): void => void this.asked.push('detach')
  stop = (): void => void this.asked.push('stop')
}

class Trial {
  drivers: Driver[] = []
  /** The runs that this instance owns in the store. */
  rows: RunRow[] = []
  plan: (run: ClaimedRun) => Promise<Plan> = async (row) =>
    drivePlan(ownedRun({ row, starts: [[row.fence, 0]] }))
  planned = 0
  compared = 0
  claims: { redisFence: number; attempts: number }[] = []
  endings: string[] = []
  readonly time = manualTime()
  readonly hub = new MemoryRunLogHub({ clock: systemClock })
  readonly live: LiveRuns
  readonly owned: OwnedRuns

  constructor() {
    const find = async (id: string) => this.rows.find((row) => row.id === id)
    this.live = new LiveRuns({
      log: this.hub.connect(),
      runs: { readWithText: async (id) => ({ ...((await find(id)) ?? claimed()), text: '', meta: {} }) },
      events: { listen: () => () => {} },
      membership: { redisHealthy: () => true, watch: () => () => {} },
      hasRedis: true,
      clock: systemClock,
      logger: silentLogger,
    })
    this.owned = new OwnedRuns({
      runs: {
        ownedBy: async () => {
          this.compared++
          return this.rows
        },
        read: find,
        readWithText: async (id) => {
          const row = await find(id)
          return row && { ...row, text: '', meta: {} }
        },
        claim: async (claim) => {
          this.claims.push(claim)
          return claimed({ fence: claim.redisFence + 1 })
        },
      },
      live: this.live,
      saver: { start: () => {}, stop: () => {}, saveNow: async () => {} },
      createDriver: (run, view, hooks) => {
        const driver = new Driver(run, view, hooks)
        this.drivers.push(driver)
        return driver
      },
      planTakeover: (run) => {
        this.planned++
        return this.plan(run)
      },
      ended: ({ id }, { status }) => void this.endings.push(`${id} ${status}`),
      me: 'me',
      maxTakeovers: 2,
      sleep: this.time.sleep,
      logger: silentLogger,
    })
  }

  get asked(): string[][] {
    return this.drivers.map(({ asked }) => asked)
  }
}

let trial: Trial
beforeEach(() => void (trial = new Trial()))
afterEach(() => {
  trial.live.stop()
  trial.hub.close()
})

const end = { status: 'done' as const, length: 0, fence: 7 }

describe('a run of this instance', () => {
  test('is written and counted until its end, which is reported', () => {
    const arriving = trial.owned.markArriving('run')
    expect(trial.owned.count).toBe(1)
    trial.owned.startWriting(ownedRun())
    arriving.arrived()
    expect([trial.owned.count, trial.asked, trial.live.peek('run')?.fence]).toEqual([1, [['write']], 7])
    trial.owned.stop('run')
    trial.drivers[0]!.hooks.ended(end)
    expect([trial.owned.count, trial.asked, trial.endings]).toEqual([0, [['write', 'stop']], ['run done']])
    expect(trial.live.peek('run')).toBeUndefined()
  })

  test('A12: that is taken over twice belongs to the second driver: the first one changes nothing any more', async () => {
    await trial.owned.takeOver(claimed({ fence: 7 }))
    let shown = ''
    const sink = { opened: () => {}, link: () => {}, phase: () => {}, end: () => {} }
    await trial.live.follow('run', 'user', undefined, {
      ...sink,
      run: ({ keep, text }) => (shown = shown.slice(0, keep) + text),
      // Appended without a check, so that text that arrives twice shows.
      words: (_, text) => (shown += text),
    })
    await trial.owned.takeOver(claimed({ fence: 8 }))
    const [first, second] = trial.drivers as [Driver, Driver]
    expect(first.asked).toEqual(['write', 'detach'])
    // The first driver notices only now.
    first.hooks.lost()
    await settled()
    const other = trial.hub.connect()
    await other.open('run', { fence: 8, seq: 1 }, { starts: [[8, 0]], text: '' })
    second.view.write('Fish.')
    await other.append('run', { fence: 8, seq: 2 }, { at: 0, text: 'Fish.' })
    await settled()
    expect([shown, trial.owned.count]).toEqual(['Fish.', 1])
    first.hooks.ended({ ...end, status: 'interrupted' })
    expect(trial.live.peek('run')?.text).toBe('Fish.')
  })
})

describe('a takeover', () => {
  test('happens once for a claim that is reported twice', async () => {
    await Promise.all([trial.owned.takeOver(claimed()), trial.owned.takeOver(claimed())])
    await trial.owned.takeOver(claimed())
    await trial.owned.takeOver(claimed({ fence: 6 }))
    expect([trial.planned, trial.drivers.length]).toEqual([1, 1])
  })

  test('waits while the maximum of takeovers is in progress', async () => {
    const plans = Promise.withResolvers<void>()
    trial.plan = async (row) => {
      await plans.promise
      return drivePlan(ownedRun({ row }))
    }
    const all = ['one', 'two', 'three'].map((id) => trial.owned.takeOver(claimed({ id })))
    await endSleeps(trial.time)
    expect([trial.planned, trial.owned.count]).toEqual([2, 3])
    plans.resolve()
    await settled()
    await endSleeps(trial.time)
    await Promise.all(all)
    expect(trial.drivers).toHaveLength(3)
  })

  test('that only ends the run sends no request to a model', async () => {
    const run = ownedRun()
    trial.plan = async () => ({ ...drivePlan(run), kind: 'finalise', status: 'interrupted' }) as Plan
    await trial.owned.takeOver(claimed())
    expect(trial.drivers[0]?.run.endAs).toBe('interrupted')
  })

  test('of a run whose claim the store has lost claims the run again, above the fence of the log', async () => {
    trial.rows = [claimed()]
    trial.plan = async (row) =>
      row.fence < 50 ? { kind: 'fenced', fence: 50 } : drivePlan(ownedRun({ row }))
    await trial.owned.takeOver(claimed())
    expect(trial.claims).toMatchObject([{ redisFence: 50, attempts: 0 }])
    expect(trial.drivers.map(({ fence }) => fence)).toEqual([51])
  })

  test('that failed is retried by the next comparison', async () => {
    const { plan } = trial
    trial.plan = async () => Promise.reject(new Error('broken on purpose'))
    trial.rows = [claimed()]
    await trial.owned.takeOver(claimed())
    expect([trial.drivers.length, trial.owned.count]).toEqual([0, 0])
    trial.plan = plan
    await trial.owned.compareWithStore()
    await settled()
    expect(trial.drivers).toHaveLength(1)
  })
})

describe('the comparison with the store (rule 9)', () => {
  test('drives runs that the store gave to this instance, except those that are still arriving', async () => {
    trial.rows = [claimed()]
    const arriving = trial.owned.markArriving('run')
    await trial.owned.compareWithStore()
    await settled()
    expect(trial.drivers).toHaveLength(0)
    arriving.arrived()
    await trial.owned.compareWithStore()
    await settled()
    expect(trial.asked).toEqual([['write']])
  })

  test('takes place at each interval, and at every third one while there is no run', async () => {
    const compared: number[] = []
    for (let turn = 1; turn <= 9; turn++) {
      // Once a run has begun, the next interval compares again.
      if (turn === 5) trial.owned.startWriting(ownedRun())
      const before = trial.compared
      await trial.owned.compareIfDue()
      if (trial.compared > before) compared.push(turn)
      if (turn === 7) trial.drivers[0]!.hooks.ended(end)
    }
    expect(compared).toEqual([3, 5, 6, 7])
  })

  test('checks runs that the store does not list under this instance and fence, and reports a stop', async () => {
    trial.owned.startWriting(ownedRun())
    await trial.owned.compareWithStore()
    trial.rows = [claimed({ fence: 8 })]
    await trial.owned.compareWithStore()
    trial.rows = [claimed({ stop: true })]
    await trial.owned.compareWithStore()
    expect(trial.asked).toEqual([['write', 'check', 'check', 'stop']])
  })
})

test('a drain releases every run, and counts those that other instances can claim', async () => {
  trial.owned.startWriting(ownedRun())
  trial.owned.startWriting(ownedRun({ row: { id: 'ended' } }))
  trial.drivers[1]!.released = false
  expect(await trial.owned.releaseAll()).toBe(1)
  expect(trial.asked).toEqual([
    ['write', 'release'],
    ['write', 'release'],
  ])
  expect(trial.live.peek('run')).toBeUndefined()
})
