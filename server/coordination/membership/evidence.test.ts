import { describe, expect, test } from 'vitest'
import { StoreEvidence, TableEvidence } from './evidence.ts'
import { lease } from './membership.ts'

type Told = Partial<{ gap: boolean; tableId: string; listed: Record<string, number> }>

function answer(now: number, { gap = false, tableId = 'run1', listed = {} }: Told = {}) {
  const members = Object.entries(listed).map(([incarnation, beatAt]) => ({
    incarnation,
    beatAt,
    facts: '{}',
  }))
  return { kind: 'ok' as const, now, tableId, gap, listed: members }
}

/** Evidence of an instance that has been present since 10,000, for longer than a lease. */
function present(): TableEvidence {
  const evidence = new TableEvidence()
  evidence.record(answer(10_000, { gap: true }))
  for (let now = 10_500; now <= 13_000; now += 500) evidence.record(answer(now))
  return evidence
}

describe('an absence proves a death only to an instance that was present', () => {
  test('a lease of uninterrupted presence is proof', () => {
    const evidence = new TableEvidence()
    evidence.record(answer(10_000, { gap: true }))
    expect(evidence.absenceProvesDeath).toBe(false)
    evidence.record(answer(10_000 + lease - 1))
    expect(evidence.absenceProvesDeath).toBe(false)
    evidence.record(answer(10_000 + lease))
    expect(evidence.absenceProvesDeath).toBe(true)
  })

  test.each<[string, number, Told]>([
    ['the own entry had a gap', 13_500, { gap: true }],
    ['another table (restart, failover)', 13_500, { tableId: 'run2' }],
    ['the clock of the table went back', 12_999, {}],
    ['more than a lease between own heartbeats', 13_001 + lease, {}],
  ])('%s: the lease starts again', (_what, now, reply) => {
    const evidence = present()
    expect(evidence.absenceProvesDeath).toBe(true)
    evidence.record(answer(now, reply))
    expect(evidence.absenceProvesDeath).toBe(false)
    evidence.record(answer(now + lease, { ...reply, gap: false }))
    expect(evidence.absenceProvesDeath).toBe(true)
  })

  test('a failed heartbeat interrupts the presence', () => {
    const evidence = present()
    evidence.break()
    expect(evidence.absenceProvesDeath).toBe(false)
    evidence.record(answer(13_500))
    expect(evidence.absenceProvesDeath).toBe(false)
  })

  test('a member whose entry was young when it disappeared has left; an old entry, or an interruption, proves no clean leave', () => {
    const evidence = present()
    const listed = { left: 13_400, silent: 11_100 }
    evidence.record(answer(13_500, { listed }))
    expect(evidence.record(answer(14_000))).toEqual(['left'])
    evidence.record(answer(14_500, { listed: { again: 14_400 } }))
    expect(evidence.record(answer(15_000, { gap: true }))).toEqual([])
  })

  test('in the store, the proof is an uninterrupted series of own heartbeats', () => {
    const evidence = new StoreEvidence()
    for (const at of [0, 1000, 2000]) evidence.record(at)
    expect(evidence.absenceProvesDeath).toBe(false)
    evidence.record(3000)
    expect(evidence.absenceProvesDeath).toBe(true)
    evidence.record(3001 + lease)
    expect(evidence.absenceProvesDeath).toBe(false)
    for (const at of [6500, 7500, 8500]) evidence.record(at)
    expect(evidence.absenceProvesDeath).toBe(true)
    evidence.break()
    expect(evidence.absenceProvesDeath).toBe(false)
  })
})
