import { expect, test } from 'vitest'
import { createPasswordHasher } from './password-hasher.ts'

test('the right password fits, a wrong one does not, and none fits an account that is not there', async () => {
  const hasher = createPasswordHasher()
  const hashed = await hasher.hash('a password')
  expect(await hasher.hash('a password')).not.toBe(hashed)
  expect(await hasher.verify(hashed, 'a password')).toBe(true)
  expect(await hasher.verify(hashed, 'a passwore')).toBe(false)
  expect(await hasher.verify(undefined, 'a password')).toBe(false)
  expect(await hasher.verify(null, 'a password')).toBe(false)
})

test('one more than may wait is refused with "busy"; the others are served in order', async () => {
  const hasher = createPasswordHasher({ atOnce: 1, waiting: 3 })
  const ended: number[] = []
  const work = Array.from({ length: 4 }, (_, index) =>
    hasher.hash('a password').then(() => ended.push(index)),
  )
  await expect(hasher.hash('one more')).rejects.toMatchObject({ code: 'busy', retryAfterMs: 1000 })
  await Promise.all(work)
  expect(ended).toEqual([0, 1, 2, 3])
  await hasher.hash('there is room again')
})

test('who has gone leaves the queue, and makes room', async () => {
  const hasher = createPasswordHasher({ atOnce: 1, waiting: 1 })
  const first = hasher.hash('a password')
  const gone = new AbortController()
  const waiting = hasher.hash('a password', gone.signal)
  gone.abort(new Error('the client has gone'))
  await expect(waiting).rejects.toThrow('the client has gone')
  const next = hasher.hash('a password')
  await Promise.all([first, next])
  await expect(hasher.hash('a password', gone.signal)).rejects.toThrow('the client has gone')
})

test('a wait has an end', async () => {
  const hasher = createPasswordHasher({ atOnce: 1, waitMs: 1 })
  const first = hasher.hash('a password')
  await expect(hasher.hash('a password')).rejects.toMatchObject({ code: 'busy' })
  await first
  await hasher.hash('a password')
})
