import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownedRun } from '../../test/support/owned-run-fixture.ts'
import { manualTime } from '../../test/support/manual-time.ts'
import { silentLogger } from '../base/index.ts'
import type { Member } from '../coordination/contracts.ts'
import { Orphans } from './orphans.ts'

/** Another member of the fleet that has a connection to Redis. */
const memberWithRedis: Member = {
  incarnation: 'somebody.else',
  label: 'somebody',
  version: '0',
  state: 'running',
  startedAt: 0,
  runs: 0,
  sockets: 0,
  fallbacks: 0,
  people: 0,
  revisions: {},
  redis: true,
  takeover: true,
  claiming: false,
}

/** One instance that searches for orphaned runs, with a store in memory. */
class Trial {
  readonly time = manualTime()
  owners = ['dead.1']
  sweeps = 0
  healthy = true
  verdict: 'alive' | 'dead' | 'unknown' = 'dead'
  othersWithRedis = 0
  readonly claims: string[][] = []
  readonly taken: string[] = []
  readonly orphans = new Orphans({
    runs: {
      listOwners: async () => {
        this.sweeps++
        return this.owners.map((owner) => ({ owner, runs: 1 }))
      },
      claimSome: async ({ dead }) => {
        this.claims.push(dead)
        this.owners = this.owners.filter((owner) => !dead.includes(owner))
        return dead.map((owner) => ({ ...ownedRun().row, id: `run of ${owner}`, text: '' }))
      },
    },
    owned: { takeOver: async ({ id }) => void this.taken.push(id) },
    live: { readRunIds: [] },
    membership: {
      self: 'me.1',
      members: () => Array.from({ length: this.othersWithRedis }, () => memberWithRedis),
      redisHealthy: () => this.healthy,
      verdict: () => this.verdict,
      watch: () => () => {},
    },
    cooldown: {
      active: false,
      begin: async () => {},
      claimed: async () => {},
      hasChecked: true,
    },
    me: 'me.1',
    alone: false,
    hasRedis: true,
    limits: { leaseMs: 2500, graceMs: 1000 },
    clock: this.time.clock,
    sleep: this.time.sleep,
    logger: silentLogger,
  })
}

let trial: Trial
beforeEach(() => void (trial = new Trial()))
afterEach(() => trial.orphans.stop())

describe('searching for orphaned runs', () => {
  test('rule 2: runs of an owner whose death was not noticed are found within 5 s, and within 1 s without Redis', async () => {
    trial.owners = []
    trial.orphans.start()
    await trial.time.advance(1000)
    trial.owners = ['dead.1']
    await trial.time.advance(5300)
    expect(trial.taken).toEqual(['run of dead.1'])

    trial.healthy = false
    await trial.time.advance(5300)
    trial.owners = ['dead.2']
    await trial.time.advance(1100)
    expect(trial.taken).toEqual(['run of dead.1', 'run of dead.2'])
  })

  test('an idle fleet queries the store once per 5 s', async () => {
    trial.owners = []
    trial.orphans.start()
    await trial.time.advance(50_500)
    expect(trial.sweeps).toBeLessThan(13)
  })

  test('rule 3: nothing is claimed from an owner about which nothing is known', async () => {
    trial.verdict = 'unknown'
    trial.orphans.start()
    await trial.time.advance(20_000)
    expect(trial.claims).toEqual([])
  })

  test('rule 14: a claim names the dead owners, and runs without an owner', async () => {
    trial.owners = ['dead.1', '', 'me.1']
    trial.orphans.start()
    await trial.time.advance(100)
    expect(trial.claims).toEqual([['dead.1', '']])
  })

  test('rule 8: an instance without Redis leaves claims to members that have it, for 10 s', async () => {
    trial.healthy = false
    trial.othersWithRedis = 1
    trial.orphans.start()
    await trial.time.advance(9000)
    expect(trial.claims).toEqual([])
    await trial.time.advance(2500)
    expect(trial.taken).toEqual(['run of dead.1'])
  })
})
