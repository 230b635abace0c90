import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { silentLogger } from '../base/index.ts'
import type { Finding } from '../base/index.ts'
import { createReadiness } from './readiness.ts'

function finding(problem: string, cure = ''): Finding {
  return { code: 'some-problem', about: 'store', severity: 'error', problem, cure }
}

function clockAt(): { now: () => number; monotonic: () => number; go(ms: number): void } {
  let ms = 0
  return { now: () => ms, monotonic: () => ms, go: (by) => void (ms += by) }
}

test('is ready if no check has a problem', async () => {
  const ready = createReadiness([{ name: 'store', check: async () => undefined }], {
    logger: silentLogger,
    clock: clockAt(),
  })
  expect(await ready()).toEqual({ ready: true, checks: [{ name: 'store', ok: true }] })
})

test('reports the sentence of a problem, and the message of a rejection', async () => {
  const ready = createReadiness(
    [
      { name: 'store', check: () => finding('the schema is newer than this version', 'upgrade it') },
      { name: 'disk', check: () => Promise.reject(new Error('full')) },
      {
        name: 'thrown',
        check: () => {
          throw new Error('at once')
        },
      },
      { name: 'fine', check: () => undefined },
    ],
    { logger: silentLogger, clock: clockAt() },
  )
  expect(await ready()).toEqual({
    ready: false,
    checks: [
      { name: 'store', ok: false, problem: 'the schema is newer than this version: upgrade it' },
      { name: 'disk', ok: false, problem: 'full' },
      { name: 'thrown', ok: false, problem: 'at once' },
      { name: 'fine', ok: true },
    ],
  })
})

test('a check that is not required is reported and does not keep traffic away', async () => {
  const ready = createReadiness([{ name: 'redis', required: false, check: () => finding('away') }], {
    logger: silentLogger,
    clock: clockAt(),
  })
  expect(await ready()).toEqual({ ready: true, checks: [{ name: 'redis', ok: false, problem: 'away' }] })
})

test('a check that does not finish fails at its deadline and is aborted', async () => {
  let signal: AbortSignal | undefined
  const ready = createReadiness(
    [
      {
        name: 'store',
        check: (given) => {
          signal = given
          return new Promise(() => undefined)
        },
      },
    ],
    { logger: silentLogger, clock: clockAt(), deadlineMs: 20 },
  )
  expect(await ready()).toMatchObject({
    ready: false,
    checks: [{ problem: 'store did not answer within 20 ms' }],
  })
  expect(signal?.aborted).toBe(true)
})

test('concurrent requests share one check, and its result is reused for freshMs', async () => {
  const clock = clockAt()
  const check = vi.fn(async () => undefined)
  const ready = createReadiness([{ name: 'store', check }], { logger: silentLogger, clock, freshMs: 250 })
  await Promise.all(Array.from({ length: 50 }, () => ready()))
  expect(check).toHaveBeenCalledTimes(1)
  clock.go(249)
  await ready()
  expect(check).toHaveBeenCalledTimes(1)
  clock.go(1)
  await ready()
  expect(check).toHaveBeenCalledTimes(2)
})

test('S19: a failing check is logged when the failure begins and when it ends', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) })
  const clock = clockAt()
  let fails = true
  const check = (): Promise<undefined> =>
    fails ? Promise.reject(new Error('refused at 10.0.0.5')) : Promise.resolve(undefined)
  const ready = createReadiness([{ name: 'store', check }], { clock, logger })
  for (const turn of [true, true, false, false]) {
    fails = turn
    clock.go(1000)
    await ready()
  }
  expect(lines).toEqual([
    expect.stringContaining('refused at 10.0.0.5'),
    expect.stringContaining('passes again'),
  ])
})
