import { describe, expect, test } from 'vitest'
import { createTransportChoice } from './transport-choice.ts'
import type { Loss, TransportChoice } from './transport-choice.ts'

/** Makes `tries` attempts that all fail, each as `how` says for its transport. Returns the transports tried. */
function failing(
  choice: TransportChoice,
  tries: number,
  how: Partial<Record<'socket' | 'events' | 'polls', Loss>> = {},
): string[] {
  return Array.from({ length: tries }, () => {
    const kind = choice.next()
    choice.reportLost(kind, how[kind] ?? 'closed', false)
    return kind
  })
}

describe('the transport that is tried next', () => {
  test('alternates between socket and stream while the server does not respond: an outage never leads to polls', () => {
    expect(failing(createTransportChoice(), 7)).toEqual([
      'socket',
      'socket',
      'events',
      'socket',
      'events',
      'socket',
      'events',
    ])
  })

  test('is polls right after a stream that does not begin', () => {
    const choice = createTransportChoice()
    expect(failing(choice, 6, { events: 'no welcome' })).toEqual([
      'socket',
      'socket',
      'events',
      'polls',
      'socket',
      'polls',
    ])
  })

  test('is polls only after a working stream has failed twice; a stable stream resets the count', () => {
    const choice = createTransportChoice()
    expect(failing(choice, 2)).toEqual(['socket', 'socket'])
    const fallSilent = (): void => {
      expect(choice.next()).toBe('events')
      choice.reportConnected('events', false)
      choice.reportLost('events', 'silent', true)
    }
    fallSilent()
    expect(failing(choice, 1)).toEqual(['socket'])
    choice.reportStable('events')
    fallSilent()
    expect(failing(choice, 1)).toEqual(['socket'])
    fallSilent()
    expect(choice.next()).toBe('polls')
  })

  test('is a socket twice again after a socket has worked', () => {
    const choice = createTransportChoice()
    failing(choice, 3, { events: 'no welcome' })
    choice.reportConnected('socket', true)
    expect(failing(choice, 3)).toEqual(['socket', 'socket', 'events'])
  })

  test('as an upgrade: socket and stream in turn while polling, only the socket during a stream', () => {
    const choice = createTransportChoice()
    expect([choice.nextUpgrade('polls'), choice.nextUpgrade('polls'), choice.nextUpgrade('polls')]).toEqual([
      'socket',
      'events',
      'socket',
    ])
    expect([choice.nextUpgrade('events'), choice.nextUpgrade('events')]).toEqual(['socket', 'socket'])
  })
})
