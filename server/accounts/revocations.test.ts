import { expect, test } from 'vitest'
import { Revocations } from './revocations.ts'

function make() {
  const readSince: number[] = []
  const revoked: string[][] = []
  const store = { sessionIds: ['s1'], userIds: ['u1'], now: 1000, away: false }
  const revocations = new Revocations(
    {
      revokedSince: async (since) => {
        readSince.push(since)
        if (store.away) throw new Error('away')
        return { sessionIds: store.sessionIds, userIds: store.userIds, now: store.now }
      },
    },
    { revoked: (sessionIds, userIds) => void revoked.push([...sessionIds, ...userIds]) },
  )
  return { revocations, store, readSince, revoked }
}

test("the first read returns all stored revocations, later reads only newer ones, by the store's clock", async () => {
  const { revocations, store, readSince, revoked } = make()
  await revocations.read()
  Object.assign(store, { sessionIds: ['s2'], userIds: [], now: 2000 })
  await revocations.read()
  await revocations.read()
  expect(readSince).toEqual([0, 1000, 2000])
  expect(revoked).toEqual([['s1', 'u1'], ['s2'], ['s2']])
})

test('a read that fails revokes nothing, and the next read includes the missed revocations', async () => {
  const { revocations, store, readSince, revoked } = make()
  await revocations.read()
  store.away = true
  await expect(revocations.read()).rejects.toThrow('away')
  expect(revoked).toHaveLength(1)
  store.away = false
  await revocations.read()
  expect(readSince).toEqual([0, 1000, 1000])
})
