import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  requestModelPorts,
  endSleeps,
  says,
  saysAndHangs,
  settled,
} from '../../test/support/owned-run-fixture.ts'
import { manualTime } from '../../test/support/manual-time.ts'
import type { ManualTime } from '../../test/support/manual-time.ts'
import { givenRun, givenUser } from '../../test/support/store-fixture.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { TemporaryFolder } from '../../test/support/temporary-folder.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { MemoryRunLogHub } from '../coordination/run-log/memory-run-log.ts'
import { openStore, StoreError } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import type { ResolvedModel } from '../upstream/contracts.ts'
import { RunDriver } from './run-driver.ts'
import { RunSaver } from './run-saver.ts'
import type { RunEnd } from './run-view.ts'
import { RunView } from './run-view.ts'

let folder: TemporaryFolder
let store: Store
let userId: string
const hub = new MemoryRunLogHub({ clock: systemClock })
beforeAll(async () => {
  folder = await temporaryFolder('run-driver')
  const options = { dataDir: folder.path, secret: 'a secret of the tests' }
  store = await openStore({ ...options, clock: systemClock, logger: silentLogger })
  userId = (await givenUser(store)).id
})
const drivers: RunDriver[] = []
afterEach(() => {
  for (const driver of drivers.splice(0)) driver.detach()
})
afterAll(async () => {
  hub.close()
  await store.close()
  await folder.remove()
})

const limits = { answerUnits: 10_000, saveUnits: 1000, pauseUnits: 2000, releaseMs: 300, saveEveryMs: 2000 }
/** Each tick comes at the next turn of the event loop. */
const ticker = { onNextTick: (callback: () => void) => void setImmediate(callback) }
const away = (): Promise<never> => Promise.reject(new StoreError('unavailable', 'away'))

interface Driven {
  driver: RunDriver
  runId: string
  /** Saves only when a test calls it. */
  saver: RunSaver
  time: ManualTime
  runs: Store['runs']
  /** Set by tests. */
  heartbeat: { isOld: boolean }
  hooks: { ended: RunEnd[]; lost: number }
  written: Promise<void>
}

async function drive(generate: ResolvedModel['generate'], own: Partial<Store['runs']> = {}): Promise<Driven> {
  const { run: row } = await givenRun(store, userId, { owner: 'me', model: 'model' })
  const runs = { ...store.runs, ...own }
  const saver = new RunSaver({ runs, limits, logger: silentLogger })
  const identity = { runId: row.id, messageId: row.messageId, chatId: row.chatId, userId }
  const starts: [number, number][] = [[row.fence, 0]]
  const view = new RunView(identity, { fence: row.fence, seq: 0, starts, text: '' }, 'running')
  const hooks: Driven['hooks'] = { ended: [], lost: 0 }
  const heartbeat = { isOld: false }
  const time = manualTime()
  const driver = new RunDriver(
    {
      ...requestModelPorts(generate, time.sleep),
      me: 'me',
      runs,
      log: hub.connect(),
      saver,
      tickers: { read: ticker, unread: ticker },
      heartbeatIsOld: () => heartbeat.isOld,
      clock: systemClock,
      limits,
    },
    {
      row,
      path: () => store.chats.path(row.parentId, userId),
      starts,
      text: '',
      saved: 0,
      replacesSaved: false,
      takenOver: false,
      request: async () => ({ messages: [] }),
    },
    view,
    { ended: (end) => hooks.ended.push(end), lost: () => hooks.lost++ },
  )
  drivers.push(driver)
  return { driver, runId: row.id, saver, time, runs, heartbeat, hooks, written: driver.writeToEnd() }
}

const shows = ({ driver }: Driven, text: string) =>
  expect.poll(() => driver.view.source.text, { interval: 1 }).toBe(text)
const stored = ({ runId }: Driven) => store.runs.readWithText(runId)

describe('the driver of a run', () => {
  test('writes the answer to its stored end, and reports it', async () => {
    const driven = await drive(says(['One ', 'two ', 'three.']))
    await driven.written
    expect(await stored(driven)).toMatchObject({ status: 'done', text: 'One two three.' })
    expect(driven.hooks).toMatchObject({ ended: [{ status: 'done', finishReason: 'stop' }], lost: 0 })
    expect(driven.driver.over).toBe(true)
  })

  test('a stop ends the answer with its text so far', async () => {
    const driven = await drive(saysAndHangs(['One ']))
    await shows(driven, 'One ')
    driven.driver.stop()
    await driven.written
    expect(await stored(driven)).toMatchObject({ status: 'stopped', text: 'One ' })
  })

  test('a run that another instance has claimed is lost, and not written any more', async () => {
    const driven = await drive(saysAndHangs(['One ']))
    await shows(driven, 'One ')
    const row = (await store.runs.read(driven.runId))!
    const claim = { id: row.id, me: 'next owner', ownerSeen: 'me', fenceSeen: row.fence, redisFence: 0 }
    expect(await store.runs.claim({ ...claim, attempts: 1, leaseMs: 0, graceMs: 0 })).toBeDefined()
    // The save is refused, and the driver reads the row.
    await driven.saver.saveNow()
    await driven.written
    expect(driven.hooks).toEqual({ ended: [], lost: 1 })
    expect(await stored(driven)).toMatchObject({ status: 'running', owner: 'next owner', text: '' })
  })

  test('A6: a save whose reply was lost does not pause the provider for ever', async () => {
    const piece = 'x'.repeat(limits.pauseUnits)
    let lost = 0
    const driven = await drive(says([piece, piece]), {
      save: async (parts) => {
        const answer = await store.runs.save(parts)
        // This save covers all text so far, and the provider is paused until it succeeds.
        if (lost++ > 0) return answer
        throw new StoreError('unavailable', 'the connection broke before the reply')
      },
    })
    // Saves repeatedly, as the saver's timer would.
    for (let turn = 0; turn < 20 && driven.hooks.ended.length === 0; turn++) {
      await driven.saver.saveNow()
      await endSleeps(driven.time)
    }
    expect(lost).toBeGreaterThan(1)
    expect(await stored(driven)).toMatchObject({ status: 'done', text: piece + piece })
  })

  test('A6: an end whose confirmation was lost counts as stored', async () => {
    let lost = 0
    const driven = await drive(says(['One.']), {
      finalise: async (ending) => {
        const answer = await store.runs.finalise(ending)
        if (lost++ > 0) return answer
        throw new StoreError('unavailable', 'the connection broke before the reply')
      },
    })
    await expect.poll(() => driven.time.pendingSleeps().length, { interval: 1 }).toBe(1)
    await endSleeps(driven.time)
    await driven.written
    expect(driven.hooks).toMatchObject({ ended: [{ status: 'done' }], lost: 0 })
  })
})

describe('a drain', () => {
  test('A5: saves the text that readers have seen before it gives the run up', async () => {
    const driven = await drive(saysAndHangs(['One ', 'two ']))
    await shows(driven, 'One two ')
    expect((await stored(driven))?.text).toBe('')
    expect(await driven.driver.release()).toBe(true)
    expect(await stored(driven)).toMatchObject({ status: 'running', owner: '', text: 'One two ' })
    await driven.written
    expect(driven.hooks).toEqual({ ended: [], lost: 0 })
  })

  test('A5: waits for an unreachable store only until its deadline', async () => {
    const driven = await drive(saysAndHangs(['One ']), { save: away })
    await shows(driven, 'One ')
    const released = driven.driver.release()
    await settled()
    expect(driven.time.pendingSleeps()).toContain(limits.releaseMs)
    await endSleeps(driven.time)
    expect(await released).toBe(true)
    expect(await stored(driven)).toMatchObject({ status: 'running', owner: '' })
  })

  test('hands over a run whose end cannot be stored because of a bug', async () => {
    const storing = Promise.withResolvers<void>()
    const driven = await drive(says(['One.']), {
      finalise: async () => {
        await storing.promise
        throw new Error('a bug')
      },
    })
    await shows(driven, 'One.')
    await settled()
    const released = driven.driver.release()
    storing.resolve()
    expect(await released).toBe(true)
    await driven.written
    expect(driven.hooks).toEqual({ ended: [], lost: 0 })
    expect(await stored(driven)).toMatchObject({ status: 'running', owner: '', text: 'One.' })
  })

  test('does not release a run that has just ended', async () => {
    const driven = await drive(says(['One.']))
    await driven.written
    expect(await driven.driver.release()).toBe(false)
    expect(await stored(driven)).toMatchObject({ status: 'done' })
  })
})

test('an owner whose heartbeat is old keeps its last text until the store has confirmed its fence (rule 7)', async () => {
  const driven = await drive(async (request, sink, signal) => {
    await sink([{ kind: 'text', text: 'One ' }])
    driven.heartbeat.isOld = true
    return says(['two.'])(request, sink, signal)
  })
  await expect.poll(() => driven.time.pendingSleeps().length, { interval: 1 }).toBe(1)
  await endSleeps(driven.time)
  expect(driven.driver.view.source.text).toBe('One ')
  driven.heartbeat.isOld = false
  await endSleeps(driven.time)
  await driven.written
  expect(await stored(driven)).toMatchObject({ status: 'done', text: 'One two.' })
})
