import { expect, test } from 'vitest'
import { createReconnectBackoff } from './reconnect-backoff.ts'

const pausesWith = (random: () => number): ReturnType<typeof createReconnectBackoff> =>
  createReconnectBackoff({ random, initialMs: 200, maxMs: 1000 })

test('the maximum pause doubles up to its limit, and a success resets it', () => {
  const pauses = pausesWith(() => 1)
  expect([pauses.next(), pauses.next(), pauses.next(), pauses.next(), pauses.next()]).toEqual([
    200, 400, 800, 1000, 1000,
  ])
  pauses.reset()
  expect(pauses.next()).toBe(200)
})

test('a pause is anywhere between zero and the maximum', () => {
  let value = 0
  const pauses = pausesWith(() => value)
  expect(pauses.next()).toBe(0)
  value = 0.25
  expect(pauses.next()).toBe(100)
})

test('a time named by the server is a minimum pause, and does not count as a failed attempt', () => {
  const pauses = pausesWith(() => 0.5)
  pauses.waitAtLeast(3000)
  expect(pauses.next()).toBe(3100)
  expect(pauses.next()).toBe(100)
})
