import { describe, expect, test } from 'vitest'
import { createTransportChoice } from './choose-transport.ts'
import type { Loss, TransportChoice } from './choose-transport.ts'

/** Tries what it says until so many tries have failed, each as `how` says of its kind. */
function failing(
  choice: TransportChoice,
  tries: number,
  how: Partial<Record<'socket' | 'events' | 'polls', Loss>> = {},
): string[] {
  return Array.from({ length: tries }, () => {
    const kind = choice.next()
    choice.lost(kind, how[kind] ?? 'closed', false)
    return kind
  })
}

describe('the way that is tried next', () => {
  test('while nothing answers, sockets and streams in turn: an outage makes no polls', () => {
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

  test('a stream whose beginning does not come is followed by polls at once', () => {
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

  test('a stream that has worked is given a second chance, and a long life forgives', () => {
    const choice = createTransportChoice()
    expect(failing(choice, 2)).toEqual(['socket', 'socket'])
    const fallSilent = (): void => {
      expect(choice.next()).toBe('events')
      choice.works('events', false)
      choice.lost('events', 'silent', true)
    }
    fallSilent()
    expect(failing(choice, 1)).toEqual(['socket'])
    choice.lasts('events')
    fallSilent()
    expect(failing(choice, 1)).toEqual(['socket'])
    fallSilent()
    expect(choice.next()).toBe('polls')
  })

  test('a socket that works is tried twice again', () => {
    const choice = createTransportChoice()
    failing(choice, 3, { events: 'no welcome' })
    choice.works('socket', true)
    expect(failing(choice, 3)).toEqual(['socket', 'socket', 'events'])
  })

  test('beside polls both better ways are tried in turn, beside a stream the socket', () => {
    const choice = createTransportChoice()
    expect([choice.better('polls'), choice.better('polls'), choice.better('polls')]).toEqual([
      'socket',
      'events',
      'socket',
    ])
    expect([choice.better('events'), choice.better('events')]).toEqual(['socket', 'socket'])
  })
})
