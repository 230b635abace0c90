import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { MemoryBusHub } from './memory-bus.ts'

describe('memory bus with faults', () => {
  test('with lost and late messages: order holds, nothing arrives twice, and every loss but the last is reported as gap', async () => {
    const run = fc.asyncProperty(
      fc.integer(),
      fc.double({ min: 0, max: 0.6, noNaN: true }),
      async (seed, drop) => {
        const hub = new MemoryBusHub({ seed })
        hub.faults.drop = drop
        hub.faults.delayMs = 3
        const [a, b, c] = ['a', 'b', 'c'].map((self) => hub.connect(self))
        const received: string[] = []
        await c!.subscribe('t', { message: (text) => received.push(text), gap: () => received.push('gap') })
          .ready
        for (let n = 1; n <= 20; n++) {
          await a!.publish('t', `a ${n}`)
          await b!.publish('t', `b ${n}`)
        }
        hub.faults.drop = 0
        await Promise.all([a!.publish('t', 'a 21'), b!.publish('t', 'b 21')])
        await vi.waitFor(() => expect(received).toEqual(expect.arrayContaining(['a 21', 'b 21'])), {
          interval: 1,
        })
        for (const from of ['a', 'b']) {
          let last = 0
          received.forEach((text, index) => {
            if (!text.startsWith(from)) return
            const number = Number(text.slice(2))
            expect(number).toBeGreaterThan(last)
            if (number > last + 1) expect(received[index - 1]).toBe('gap')
            last = number
          })
          expect(last).toBe(21)
        }
        await Promise.all([a!.close(), b!.close(), c!.close()])
      },
    )
    await fc.assert(run, { numRuns: 40 })
  })

  test('delays alone lose nothing, and reorder only messages of different publishers', async () => {
    const hub = new MemoryBusHub({ seed: 3 })
    hub.faults.delayMs = 5
    const [a, b, c] = ['a', 'b', 'c'].map((self) => hub.connect(self))
    const received: string[] = []
    await c!.subscribe('t', { message: (text) => received.push(text), gap: () => received.push('gap') }).ready
    const numbers = Array.from({ length: 50 }, (_, index) => index)
    for (const n of numbers) await Promise.all([a!.publish('t', `a${n}`), b!.publish('t', `b${n}`)])
    await vi.waitFor(() => expect(received).toHaveLength(100), { timeout: 5000, interval: 5 })
    for (const from of ['a', 'b']) {
      expect(received.filter((text) => text.startsWith(from))).toEqual(numbers.map((n) => `${from}${n}`))
    }
    expect(received).not.toEqual(numbers.flatMap((n) => [`a${n}`, `b${n}`]))
  })
})
