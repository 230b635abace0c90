import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createLogger, systemClock } from '../base/index.ts'
import type { Membership, MembershipWatcher, MessageBus } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'
import type { RevisionRow } from '../store/contract/fleet.ts'
import { StoreError } from '../store/store.ts'
import { Feeds } from './feeds.ts'

type Heard = { message: (payload: { name: string }) => void; gap: () => void }

/** A store that can be unreachable, and a bus and members that the test controls. */
function make() {
  const rows: RevisionRow[] = [
    { name: 'revocations', counter: 1, nonce: 'a' },
    { name: 'settings', counter: 1, nonce: 'a' },
  ]
  const state = { away: false, now: 0, reads: 0, gate: Promise.resolve() }
  let heard: Heard | undefined
  let watcher: MembershipWatcher | undefined
  const list = async (): Promise<RevisionRow[]> => {
    state.reads++
    if (state.away) throw new StoreError('unavailable', 'away')
    const read = rows.map((row) => ({ ...row }))
    await state.gate
    return read
  }
  const feeds = new Feeds({
    revisions: { list },
    bus: {
      send: async () => true,
      on: (_name: string, _topic: string, listener: unknown) => {
        heard = listener as Heard
        return { close: () => {} }
      },
    } as unknown as MessageBus<Messages>,
    membership: {
      redisHealthy: () => true,
      update: () => {},
      watch: (given: MembershipWatcher) => {
        watcher = given
        return () => {}
      },
    } as unknown as Membership,
    clock: { ...systemClock, monotonic: () => state.now },
    logger: createLogger({ level: 'silent', format: 'json', instance: 'test' }),
  })
  return {
    feeds,
    state,
    raise(name: string) {
      for (const row of rows) if (row.name === name) row.counter++
    },
    announce: (name: string) => heard?.message({ name }),
    dies: () => watcher?.departed?.('another', 'dead'),
    beat: (revisions: Record<string, string>) => watcher?.changed?.([{ revisions } as never]),
  }
}

describe('feeds', () => {
  let world: ReturnType<typeof make>
  const applied = vi.fn<() => Promise<void>>()

  beforeEach(async () => {
    world = make()
    applied.mockResolvedValue()
    world.feeds.on('revocations', applied)
    await world.feeds.poll()
    world.feeds.start()
    applied.mockClear()
    return () => world.feeds.stop()
  })

  test('a change that cannot be read now is read as soon as the store is back, before the next poll', async () => {
    world.state.away = true
    world.raise('revocations')
    world.announce('revocations')
    await vi.waitFor(() => expect(world.state.reads).toBeGreaterThan(2))
    expect(applied).not.toHaveBeenCalled()
    world.state.away = false
    await vi.waitFor(() => expect(applied).toHaveBeenCalledTimes(1), { timeout: 3000 })
  })

  test('P5, P6: a change that an instance wrote just before its death is read when the others notice the death', async () => {
    world.raise('revocations')
    world.dies()
    await vi.waitFor(() => expect(applied).toHaveBeenCalledTimes(1))
  })

  test('a change that is announced during an older read is applied before the announcement resolves', async () => {
    const settings = vi.fn<() => Promise<void>>(async () => {})
    world.feeds.on('settings', settings)
    await world.feeds.poll()
    const gate = Promise.withResolvers<void>()
    world.state.gate = gate.promise
    const older = world.feeds.poll()
    world.raise('settings')
    const raised = world.feeds.announceAndApply('settings')
    gate.resolve()
    await older
    const before = settings.mock.calls.length
    await raised
    expect(settings.mock.calls.length).toBe(before + 1)
  })

  test('unreadRevocationsMs is the time for which revocations have been known but not read', async () => {
    world.state.away = true
    world.state.now = 1000
    world.announce('revocations')
    world.state.now = 5000
    world.announce('revocations')
    expect(world.feeds.unreadRevocationsMs()).toBe(4000)
    world.state.away = false
    await vi.waitFor(() => expect(world.feeds.unreadRevocationsMs()).toBe(0), { timeout: 3000 })
  })

  test('another feed, or a failed poll, does not count as an unread revocation', async () => {
    world.state.away = true
    world.announce('settings')
    world.state.now = 20_000
    await expect(world.feeds.poll()).rejects.toThrow('away')
    expect(world.feeds.unreadRevocationsMs()).toBe(0)
  })

  test('if a member has applied another revision, the feed is read', async () => {
    world.raise('revocations')
    world.beat({ revocations: '2:a' })
    await vi.waitFor(() => expect(applied).toHaveBeenCalledTimes(1))
  })
})
