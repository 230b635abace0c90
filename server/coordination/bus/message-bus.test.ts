import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { silentLogger } from '../../base/index.ts'
import { MemoryBusHub } from './memory-bus.ts'
import { createMessageBus } from './message-bus.ts'

const map = {
  'user.left': {
    topic: ({ userId }: { userId: string }) => `user:${userId}`,
    schema: z.object({ userId: z.string(), why: z.enum(['asked', 'revoked']) }),
  },
  'user.entered': {
    topic: ({ userId }: { userId: string }) => `user:${userId}`,
    schema: z.object({ userId: z.string() }),
  },
}

function make() {
  const hub = new MemoryBusHub()
  const raw = hub.connect('raw')
  return { hub, raw, bus: createMessageBus(hub.connect('typed'), map, silentLogger) }
}

describe('typed messages', () => {
  test('listeners receive only messages of their own name, on their own topic', async () => {
    const { bus, hub } = make()
    const other = createMessageBus(hub.connect('other'), map, silentLogger)
    const left: string[] = []
    const entered: string[] = []
    const gaps: string[] = []
    const here = bus.on('user.left', 'user:1', {
      message: ({ why }) => left.push(why),
      gap: () => gaps.push('left'),
    })
    bus.on('user.entered', 'user:1', {
      message: ({ userId }) => entered.push(userId),
      gap: () => gaps.push('entered'),
    })
    expect(await other.send('user.left', { userId: '1', why: 'revoked' })).toBe(true)
    await other.send('user.left', { userId: '2', why: 'asked' })
    await other.send('user.entered', { userId: '1' })
    await vi.waitFor(() => expect([left, entered]).toEqual([['revoked'], ['1']]))
    expect(bus.dropped).toEqual({ unknown: 0, invalid: 0 })
    here.close()
    await other.send('user.left', { userId: '1', why: 'asked' })
    await other.send('user.entered', { userId: '1' })
    await vi.waitFor(() => expect(entered).toEqual(['1', '1']))
    expect([left, gaps]).toEqual([['revoked'], []])
  })

  test('unknown and invalid messages are counted and dropped', async () => {
    const { bus, raw } = make()
    const left: string[] = []
    bus.on('user.left', 'user:1', { message: ({ why }) => left.push(why), gap: () => {} })
    for (const text of [
      'no json',
      '{}',
      '["toString",{}]',
      '["user.gone",{}]',
      '["user.left",{"userId":1}]',
    ]) {
      await raw.publish('user:1', text)
    }
    await raw.publish('user:1', '["user.left",{"userId":"1","why":"asked","more":true}]')
    await vi.waitFor(() => expect(left).toEqual(['asked']))
    expect(bus.dropped).toEqual({ unknown: 4, invalid: 1 })
  })

  test('a payload that does not match its schema is not sent', async () => {
    const { bus } = make()
    const wrong = { userId: '1', why: 'bored' } as never
    await expect(bus.send('user.left', wrong)).rejects.toThrow(
      'the message user.left does not match its schema',
    )
  })

  test('all listeners of a topic receive its gap', async () => {
    const { bus, hub } = make()
    const gaps: string[] = []
    bus.on('user.left', 'user:1', { message: () => {}, gap: () => gaps.push('left') })
    bus.on('user.entered', 'user:1', { message: () => {}, gap: () => gaps.push('entered') })
    hub.cut('typed')
    expect(await bus.send('user.entered', { userId: '1' })).toBe(false)
    hub.restore('typed')
    await vi.waitFor(() => expect(gaps.sort()).toEqual(['entered', 'left']), 3000)
  })
})
