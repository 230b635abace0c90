import { describe, expect, test } from 'vitest'
import { queueState } from './queue-state.ts'
import type { QueueAttempt } from './queue-state.ts'

const first = { id: 'a' }
const done = { role: 'assistant', status: 'done' } as const
const stopped = { role: 'assistant', status: 'stopped' } as const
const wanted: QueueAttempt = { id: 'a', name: 'wanted' }
const refused: QueueAttempt = { id: 'a', name: 'refused', error: new Error('no') }

describe('the state of a queue', () => {
  test.each([
    ['empty', { first: undefined, running: true, last: done, tried: refused }],
    ['waiting', { first, running: true, last: done, tried: null }],
    ['waiting', { first, running: true, last: stopped, tried: wanted }],
    ['ready', { first, running: false, last: done, tried: null }],
    ['held', { first, running: false, last: stopped, tried: null }],
    ['held', { first, running: false, last: { role: 'user', status: 'done' } as const, tried: null }],
    ['held', { first, running: false, last: undefined, tried: wanted }],
    ['ready', { first, running: false, last: stopped, tried: wanted }],
    ['refused', { first, running: false, last: done, tried: refused }],
    ['refused', { first, running: true, last: done, tried: refused }],
  ])('%s', (state, given) => {
    expect(queueState(given)).toBe(state)
  })

  test('an attempt with another message does not count', () => {
    const given = { first: { id: 'b' }, running: false }
    expect(queueState({ ...given, last: done, tried: refused })).toBe('ready')
    expect(queueState({ ...given, last: stopped, tried: wanted })).toBe('held')
  })
})
