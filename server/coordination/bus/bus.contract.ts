import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bus } from './bus.ts'

/** Connects the buses of several instances, for a test. */
export interface BusRig {
  connect(self: string): Promise<Bus>
  /** Disconnects all instances from the bus, until `restore` is called. */
  cut(): Promise<void>
  restore(): Promise<void>
  close(): Promise<void>
}

function recordMessages(bus: Bus, topic: string) {
  const received: string[] = []
  const subscription = bus.subscribe(topic, {
    message: (payload) => received.push(payload),
    gap: () => received.push('gap'),
  })
  return { received, ...subscription }
}

const waitOptions = { timeout: 20_000, interval: 20 }

/** The test suite that every implementation of `Bus` passes. */
export function describeBus(make: () => Promise<BusRig>): void {
  describe('bus', () => {
    let rig: BusRig
    let buses: Bus[] = []
    const connect = async (self: string): Promise<Bus> => {
      const bus = await rig.connect(self)
      buses.push(bus)
      return bus
    }
    beforeAll(async () => {
      rig = await make()
    })
    afterEach(async () => {
      await Promise.all(buses.map((bus) => bus.close()))
      buses = []
    })
    afterAll(() => rig?.close())

    test('Delivers: each message at most once, to all listeners subscribed at that moment, including the sender’s own', async () => {
      const [a, b] = [await connect('a'), await connect('b')]
      const here = recordMessages(a, 'delivers')
      const there = recordMessages(b, 'delivers')
      const twice = recordMessages(b, 'delivers')
      const other = recordMessages(b, 'other')
      await Promise.all([here.ready, there.ready, twice.ready, other.ready])
      expect(await a.publish('delivers', 'one')).toBe(true)
      expect(await a.publish('delivers', 'übrigens \u2028 two\nlines')).toBe(true)
      const expected = ['one', 'übrigens \u2028 two\nlines']
      await vi.waitFor(
        () => expect([here.received, there.received, twice.received]).toEqual([expected, expected, expected]),
        waitOptions,
      )
      twice.close()
      await a.publish('delivers', 'three')
      await vi.waitFor(() => expect(there.received).toContain('three'), waitOptions)
      expect(twice.received).toEqual(expected)
      expect(other.received).toEqual([])
    })

    test('Orders: messages of one publisher on one topic arrive in the order in which they were published', async () => {
      const [a, b, c] = [await connect('a'), await connect('b'), await connect('c')]
      const listener = recordMessages(c, 'orders')
      await listener.ready
      const numbers = Array.from({ length: 200 }, (_, index) => index)
      await Promise.all(numbers.flatMap((n) => [a.publish('orders', `a${n}`), b.publish('orders', `b${n}`)]))
      await vi.waitFor(() => expect(listener.received).toHaveLength(400), waitOptions)
      for (const from of ['a', 'b']) {
        const got = listener.received.filter((text) => text.startsWith(from))
        expect(got).toEqual(numbers.map((n) => `${from}${n}`))
      }
    })

    test('Survives: nothing. A listener that may have missed a message receives gap', async () => {
      const [a, b] = [await connect('a'), await connect('b')]
      const before = recordMessages(b, 'survives')
      await before.ready
      await rig.cut()
      await vi.waitFor(async () => expect(await a.publish('survives', 'lost')).toBe(false), waitOptions)
      await rig.restore()
      await vi.waitFor(() => expect(before.received[0]).toBe('gap'), waitOptions)
      await vi.waitFor(async () => expect(await a.publish('survives', 'found')).toBe(true), waitOptions)
      await vi.waitFor(() => expect(before.received.at(-1)).toBe('found'), waitOptions)
      expect(before.received).not.toContain('lost')
    })

    test('When Redis is away: publish returns false at once. When Redis is back, every listener receives gap', async () => {
      const [a, b] = [await connect('a'), await connect('b')]
      const first = recordMessages(b, 'away')
      await first.ready
      await rig.cut()
      await vi.waitFor(async () => expect(await a.publish('away', 'x')).toBe(false), waitOptions)
      // A new subscription does not wait for Redis.
      const late = recordMessages(b, 'late')
      const second = recordMessages(b, 'away')
      await Promise.all([late.ready, second.ready])
      await rig.restore()
      await vi.waitFor(() => {
        for (const { received } of [first, second, late]) expect(received[0]).toBe('gap')
      }, waitOptions)
      await vi.waitFor(async () => expect(await a.publish('late', 'y')).toBe(true), waitOptions)
      await vi.waitFor(() => expect(late.received.at(-1)).toBe('y'), waitOptions)
    })

    test('A8: a message above 1 MB is refused and its listeners receive gap at once; a smaller message arrives', async () => {
      const [a, b] = [await connect('a'), await connect('b')]
      const listener = recordMessages(b, 'large')
      await listener.ready
      for (const text of ['x'.repeat(1_000_001), 'ü'.repeat(500_001)]) {
        listener.received.length = 0
        expect(await a.publish('large', text)).toBe(false)
        await vi.waitFor(() => expect(listener.received).toEqual(['gap']), waitOptions)
      }
      expect(await a.publish('large', 'x'.repeat(1_000_000))).toBe(true)
      await vi.waitFor(() => expect(listener.received.at(-1)).toHaveLength(1_000_000), waitOptions)
      expect(listener.received).toHaveLength(2)
    })

    test('a closed bus receives nothing and sends nothing', async () => {
      const [a, b] = [await connect('a'), await connect('b')]
      const closed = recordMessages(a, 'close')
      const open = recordMessages(b, 'close')
      await Promise.all([closed.ready, open.ready])
      await a.close()
      expect(await a.publish('close', 'mute')).toBe(false)
      expect(await b.publish('close', 'received')).toBe(true)
      await vi.waitFor(() => expect(open.received).toEqual(['received']), waitOptions)
      expect(closed.received).toEqual([])
    })
  })
}
