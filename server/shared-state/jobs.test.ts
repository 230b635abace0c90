import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { TemporaryFolder } from '../../test/support/temporary-folder.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import { Jobs } from './jobs.ts'

let folder: TemporaryFolder
let store: Store
beforeEach(async () => {
  folder = await temporaryFolder('jobs')
  const secret = 'a secret of the tests'
  store = await openStore({ dataDir: folder.path, secret, clock: systemClock, logger: silentLogger })
})
afterEach(async () => {
  await store.close()
  await folder.remove()
})

/** The jobs of an instance whose clock is wrong by `offMs`. */
function jobsOf(offMs: number): Jobs {
  const clock = { now: () => Date.now() + offMs, monotonic: () => performance.now() }
  return new Jobs({ store: store.jobs, me: `off-${offMs}`, clock, logger: silentLogger })
}

const hourMs = 3_600_000

test('A13: a job is due by the store’s clock, even if the clock of an instance is wrong', async () => {
  for (const offMs of [hourMs, -hourMs]) {
    const jobs = jobsOf(offMs)
    await jobs.add('now', `${offMs}`, {})
    await jobs.add('later', `${offMs}`, {}, { inMs: hourMs / 2 })
    const claim = { me: 'somebody', kinds: ['now', 'later'], limit: 10, leaseMs: 60_000 }
    expect(
      (await store.jobs.claim(claim)).map(({ kind }) => kind),
      `${offMs}`,
    ).toEqual(['now'])
  }
})

test('A13: a failed job is retried after its pause by the store’s clock', async () => {
  const jobs = jobsOf(-hourMs)
  let tries = 0
  jobs.on('fails', () => {
    tries++
    return Promise.reject(new Error('not yet'))
  })
  await jobs.add('fails', 'k', {})
  const claim = { me: 'somebody', kinds: ['fails'], limit: 10, leaseMs: 60_000 }
  await expect.poll(() => tries).toBe(1)
  // Either the failure is already stored, or the job is still claimed.
  for (let look = 0; look < 3; look++) expect(await store.jobs.claim(claim)).toEqual([])
  jobs.stop()
})
