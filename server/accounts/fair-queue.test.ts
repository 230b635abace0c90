import { describe, expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import { FairQueue } from './fair-queue.ts'
import type { Requester } from './fair-queue.ts'

/** A queue with one slot, which is occupied until `free` is called. */
async function openQueue({ waiting = 100, waitMs = 60_000 } = {}) {
  const queue = new FairQueue({ concurrency: 1, maxWaiting: waiting, maxWaitMs: waitMs })
  const first = Promise.withResolvers<void>()
  const served: string[] = []
  const refused: string[] = []
  const tasks: Promise<void>[] = [queue.run(() => first.promise)]
  return {
    queue,
    served,
    refused,
    ask(name: string, requester: Requester): void {
      tasks.push(
        queue
          .run(async () => void served.push(name), requester)
          .catch((error: unknown) => {
            if (!(error instanceof AppError) || error.code !== 'busy') throw error
            refused.push(name)
          }),
      )
    },
    async free(): Promise<void> {
      first.resolve()
      await Promise.all(tasks)
    },
  }
}

describe('S7: the fair queue', () => {
  test('S7: lets groups take turns at each level, and keeps the order within a group', async () => {
    const it = await openQueue()
    for (let n = 0; n < 4; n++) it.ask(`flood ${n}`, { groups: ['192.0.2', '192.0.2.1'] })
    it.ask('neighbour', { groups: ['192.0.2', '192.0.2.2'] })
    it.ask('other', { groups: ['198.51.100', '198.51.100.1'] })
    await it.free()
    expect(it.served).toEqual(['flood 0', 'other', 'neighbour', 'flood 1', 'flood 2', 'flood 3'])
  })

  test('S7: rejects only tasks of a flood of 5,000, whether it uses one group or many', async () => {
    for (const groups of [() => ['net', 'one'], (n: number) => ['net', `address ${n}`]]) {
      const it = await openQueue({ waiting: 50 })
      for (let n = 0; n < 2500; n++) it.ask('flood', { groups: groups(n) })
      for (let n = 0; n < 10; n++) it.ask(`person ${n}`, { groups: [`net ${n}`, 'address'] })
      it.ask('known', { groups: groups(1), known: true })
      for (let n = 2500; n < 5000; n++) it.ask('flood', { groups: groups(n) })
      await it.free()
      expect(new Set(it.refused)).toEqual(new Set(['flood']))
      expect(it.served[0]).toBe('known')
      // Each of them waits for at most one task of the flood.
      expect(it.served.slice(0, 12).filter((name) => name.startsWith('person'))).toHaveLength(10)
      expect(it.served).toHaveLength(50)
    }
  })

  test('S7: rejects the newest task of the largest group if all waiting clients are known', async () => {
    const it = await openQueue({ waiting: 2 })
    it.ask('a', { groups: ['a'], known: true })
    it.ask('a again', { groups: ['a'], known: true })
    it.ask('b', { groups: ['b'], known: true })
    await it.free()
    expect(it.served).toEqual(['a', 'b'])
    expect(it.refused).toEqual(['a again'])
  })

  test('S7: removes tasks that were aborted or waited too long', async () => {
    const it = await openQueue({ waitMs: 1 })
    it.ask('late', { groups: ['a', 'b'] })
    await expect.poll(() => it.refused).toEqual(['late'])
    const gone = new AbortController()
    const waiting = it.queue.run(() => Promise.resolve(), { groups: ['a', 'b'] }, gone.signal)
    gone.abort(new Error('the client has gone'))
    await expect(waiting).rejects.toThrow('the client has gone')
    await it.free()
    await it.queue.run(() => Promise.resolve())
    expect(it.served).toEqual([])
  })

  test('a task that fails passes its slot to the next', async () => {
    const queue = new FairQueue({ concurrency: 1, maxWaiting: 5, maxWaitMs: 60_000 })
    const failed = queue.run(() => Promise.reject(new Error('broken')), { groups: ['a'] })
    const next = queue.run(() => Promise.resolve('done'), { groups: ['b'] })
    await expect(failed).rejects.toThrow('broken')
    expect(await next).toBe('done')
  })
})
