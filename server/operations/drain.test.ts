import { expect, test } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { drain } from './drain.ts'
import type { DrainOptions } from './drain.ts'

/** An instance that writes answers until `answersEndAt`. Its clock advances only in `sleep`. */
function make({ answersEndAt = 0 } = {}) {
  const clock = { at: 0, monotonic: () => clock.at }
  const steps: string[] = []
  const step = (name: string) => void steps.push(`${clock.at} ${name}`)
  const now = new AbortController()
  const options: DrainOptions = {
    chat: {
      get runs() {
        return clock.at < answersEndAt ? 1 : 0
      },
      drain: async () => step('save'),
      release: async () => {
        step('release')
        return 0
      },
    },
    feeds: { stop: () => step('stop feeds') },
    membership: {
      update: ({ state }) => step(`${state}`),
      leave: async () => step('goodbye'),
    },
    hub: { size: 1, drain: async () => step('send sockets elsewhere') },
    stopListening: async () => step('stop listening'),
    graceMs: 10_000,
    alone: false,
    now: now.signal,
    clock,
    sleep: async (ms, signal) => {
      if (!signal?.aborted) clock.at += ms
    },
    logger: silentLogger,
  }
  return { options, steps, now, clock }
}

test('saves runs and closes sockets immediately, and keeps listening until proxies have noticed', async () => {
  const { options, steps } = make()
  await drain(options)
  expect(steps).toEqual([
    '0 draining',
    '0 save',
    '0 send sockets elsewhere',
    '3000 stop listening',
    '3000 stop feeds',
    '3000 release',
    '3000 goodbye',
  ])
})

test('waits for answers, and releases unfinished ones early enough for other instances to claim them', async () => {
  const short = make({ answersEndAt: 4000 })
  await drain(short.options)
  expect(short.steps).toContain('4000 release')
  const long = make({ answersEndAt: 60_000 })
  await drain(long.options)
  expect(long.steps).toContain('6000 release')
})

test('without another instance, the sockets stay open until the answers have ended', async () => {
  const { options, steps } = make({ answersEndAt: 2000 })
  await drain({ ...options, alone: true })
  expect(steps).toEqual([
    '0 draining',
    '0 save',
    '0 stop listening',
    '2000 send sockets elsewhere',
    '2000 stop feeds',
    '2000 release',
    '2000 goodbye',
  ])
})

test('a second stop signal ends the wait', async () => {
  const { options, steps, now } = make({ answersEndAt: 60_000 })
  now.abort()
  await drain(options)
  expect(steps.at(-1)).toBe('0 goodbye')
})

test('a failed step does not prevent the later steps', async () => {
  const { options, steps } = make()
  const fails = (): Promise<never> => Promise.reject(new Error('away'))
  const chat = { runs: 0, drain: fails, release: fails }
  await drain({ ...options, chat, membership: { ...options.membership, leave: fails } })
  expect(steps.map((step) => step.split(' ').slice(1).join(' '))).toEqual([
    'draining',
    'send sockets elsewhere',
    'stop listening',
    'stop feeds',
  ])
})
