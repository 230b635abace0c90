import { expect, test } from 'vitest'
import { createPasswordHasher } from './password-hasher.ts'

test('the right password matches, a wrong one does not, and no password matches a missing account', async () => {
  const hasher = createPasswordHasher()
  const hashed = await hasher.hash('a password')
  expect(await hasher.hash('a password')).not.toBe(hashed)
  expect(await hasher.verify(hashed, 'a password')).toBe(true)
  expect(await hasher.verify(hashed, 'a passwore')).toBe(false)
  expect(await hasher.verify(undefined, 'a password')).toBe(false)
  expect(await hasher.verify(null, 'a password')).toBe(false)
})

test('a task beyond the maximum is rejected with "busy"; the others run in order', async () => {
  const hasher = createPasswordHasher({ concurrency: 1, maxWaiting: 3 })
  const ended: number[] = []
  const work = Array.from({ length: 4 }, (_, index) =>
    hasher.hash('a password').then(() => ended.push(index)),
  )
  await expect(hasher.hash('one more')).rejects.toMatchObject({ code: 'busy', retryAfterMs: 1000 })
  await Promise.all(work)
  expect(ended).toEqual([0, 1, 2, 3])
  await hasher.hash('a slot is free again')
})

test('an aborted task leaves the queue and frees its slot', async () => {
  const hasher = createPasswordHasher({ concurrency: 1, maxWaiting: 1 })
  const first = hasher.hash('a password')
  const gone = new AbortController()
  const waiting = hasher.hash('a password', gone.signal)
  gone.abort(new Error('the client has gone'))
  await expect(waiting).rejects.toThrow('the client has gone')
  const next = hasher.hash('a password')
  await Promise.all([first, next])
  await expect(hasher.hash('a password', gone.signal)).rejects.toThrow('the client has gone')
})

test('a task that waits too long is rejected', async () => {
  const hasher = createPasswordHasher({ concurrency: 1, maxWaitMs: 1 })
  const first = hasher.hash('a password')
  await expect(hasher.hash('a password')).rejects.toMatchObject({ code: 'busy' })
  await first
  await hasher.hash('a password')
})
