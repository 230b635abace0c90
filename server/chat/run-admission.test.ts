import { describe, expect, test, vi } from 'vitest'
import { RunAdmission } from './run-admission.ts'

const never = new AbortController().signal
const ignorePosition = (): void => {}

describe('run admission', () => {
  test('without limits no request waits', async () => {
    const admission = new RunAdmission(() => ({ perInstance: null, perConnection: null }))
    await Promise.all(Array.from({ length: 50 }, () => admission.enter('a', ignorePosition, never)))
    expect(admission.waiting).toBe(0)
  })

  test('further requests wait in order and receive their position', async () => {
    const admission = new RunAdmission(() => ({ perInstance: 1, perConnection: null }))
    const leave = await admission.enter('a', ignorePosition, never)
    const order: string[] = []
    const positions = { b: vi.fn(), c: vi.fn() }
    const b = admission.enter('a', positions.b, never).then((out) => (order.push('b'), out))
    const c = admission.enter('a', positions.c, never).then((out) => (order.push('c'), out))
    expect(positions.b).toHaveBeenLastCalledWith(1)
    expect(positions.c).toHaveBeenLastCalledWith(2)
    leave()
    ;(await b)()
    await c
    expect(positions.c).toHaveBeenLastCalledWith(1)
    expect(order).toEqual(['b', 'c'])
  })

  test('a busy connection does not block requests to another connection', async () => {
    const admission = new RunAdmission(() => ({ perInstance: 3, perConnection: 1 }))
    await admission.enter('slow', ignorePosition, never)
    void admission.enter('slow', ignorePosition, never)
    await admission.enter('other', ignorePosition, never)
    expect(admission.waiting).toBe(1)
  })

  test('an aborted request leaves the queue', async () => {
    const admission = new RunAdmission(() => ({ perInstance: 1, perConnection: null }))
    const leave = await admission.enter('a', ignorePosition, never)
    const controller = new AbortController()
    const waiting = admission.enter('a', ignorePosition, controller.signal)
    controller.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
    expect(admission.waiting).toBe(0)
    leave()
    leave()
    await admission.enter('a', ignorePosition, never)
    expect(admission.waiting).toBe(0)
    void admission.enter('a', ignorePosition, never)
    expect(admission.waiting).toBe(1)
  })

  test('a raised limit admits waiting requests', async () => {
    let max = 1
    const admission = new RunAdmission(() => ({ perInstance: max, perConnection: null }))
    await admission.enter('a', ignorePosition, never)
    const second = admission.enter('a', ignorePosition, never)
    max = 2
    admission.limitsChanged()
    await second
    expect(admission.waiting).toBe(0)
  })
})
