import { describe, expect, test } from 'vitest'
import { someFacts } from './membership.contract.ts'
import { lease } from './membership.ts'
import type { MemberFacts } from './membership.ts'
import { Roster } from './roster.ts'

/** A list of members, as the table or the store shows it. */
function makeList() {
  const facts = new Map<string, MemberFacts>()
  return {
    facts,
    lists: (incarnation: string) => facts.has(incarnation),
    members: () => [...facts].map(([incarnation, its]) => ({ incarnation, ...its })),
  }
}

function make({ withTable = true } = {}) {
  const clock = { at: 10_000, monotonic: () => clock.at }
  const acknowledged = { ms: 0, age: () => acknowledged.ms }
  const table = { ...makeList(), ok: true, absenceProvesDeath: true, listCounts: true }
  const beatWithoutRedis = new Set<string>()
  const store = {
    ...makeList(),
    absenceProvesDeath: false,
    last: Number.NEGATIVE_INFINITY,
    beatWithoutRedis: (incarnation: string) => beatWithoutRedis.has(incarnation),
  }
  const roster = new Roster({
    self: 'self',
    facts: () => someFacts,
    table: withTable ? table : undefined,
    store,
    acknowledged,
    clock,
  })
  const names = () => roster.members().map(({ incarnation }) => incarnation)
  return { roster, table, store, beatWithoutRedis, acknowledged, clock, names }
}

describe('with a table', () => {
  test('a member that disappears is dead only after the store was queried', () => {
    const { roster, table, store, clock } = make()
    table.facts.set('b', someFacts)
    expect(roster.update([])).toEqual({ changed: true, departed: [], vanished: false })
    table.facts.delete('b')
    store.last = clock.at - 1
    expect(roster.update([])).toEqual({ changed: true, departed: [], vanished: true })
    expect([roster.verdict('b'), roster.needsStore]).toEqual(['unknown', true])
    clock.at += 100
    store.last = clock.at
    expect(roster.update([])).toEqual({
      changed: false,
      departed: [{ incarnation: 'b', how: 'dead' }],
      vanished: false,
    })
    expect([roster.verdict('b'), roster.needsStore]).toEqual(['dead', false])
  })

  test('a member with heartbeats in the store has only lost Redis', () => {
    const { roster, table, store, clock, names } = make()
    table.facts.set('b', someFacts)
    roster.update([])
    table.facts.delete('b')
    roster.update([])
    store.last = clock.at
    store.facts.set('b', someFacts)
    expect(roster.update([]).departed).toEqual([])
    expect([roster.verdict('b'), names(), roster.needsStore]).toEqual(['alive', ['b', 'self'], true])
    clock.at += lease
    expect(roster.update([]).vanished).toBe(true)
  })

  test('a member that left is no longer listed, even if the lists still contain it', () => {
    const { roster, table, store, names } = make()
    for (const list of [table, store]) list.facts.set('b', someFacts)
    roster.update([])
    expect(roster.update(['b']).departed).toEqual([{ incarnation: 'b', how: 'left' }])
    expect([roster.verdict('b'), names()]).toEqual(['dead', ['self']])
  })

  test('while the table is unreachable, only a member that sent heartbeats to the store because of that, and stopped, is dead', () => {
    const { roster, table, store, beatWithoutRedis } = make()
    Object.assign(table, { ok: false, listCounts: false })
    Object.assign(store, { absenceProvesDeath: true })
    beatWithoutRedis.add('b')
    expect([roster.verdict('b'), roster.verdict('c')]).toEqual(['dead', 'unknown'])
    store.absenceProvesDeath = false
    expect(roster.verdict('b')).toBe('unknown')
  })

  test('rule 3: an absence proves nothing before the own entry has existed for a lease', () => {
    const { roster, table } = make()
    table.absenceProvesDeath = false
    expect(roster.verdict('x')).toBe('unknown')
  })

  test('after a pause, no other incarnation is judged', () => {
    const { roster, acknowledged } = make()
    acknowledged.ms = lease
    expect([roster.verdict('x'), roster.verdict('self')]).toEqual(['unknown', 'alive'])
  })
})

test('with the store alone, a missing member that was draining has left, and any other is dead', () => {
  const { roster, store } = make({ withTable: false })
  store.facts.set('b', { ...someFacts, state: 'draining' }).set('c', someFacts)
  roster.update([])
  store.facts.clear()
  store.absenceProvesDeath = true
  expect(roster.update([]).departed).toEqual([
    { incarnation: 'b', how: 'left' },
    { incarnation: 'c', how: 'dead' },
  ])
})
