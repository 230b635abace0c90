import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectRunLog, testSigner } from '../../../test/support/redis-rigs.ts'
import { testPrefix } from '../../../test/support/redis-link.ts'
import { startStandalone } from '../../../test/support/redis-server.ts'
import type { TestRedis } from '../../../test/support/redis-server.ts'
import { newId } from '../../base/index.ts'
import { createKeys } from '../redis/keys.ts'
import type { LogEntry, RunLog, Starts } from './run-log.ts'
import { sourceOf } from './source.ts'

const keys = createKeys(testPrefix)

describe('run log, in Redis only', () => {
  const fence = 1_763_900_000_123
  const starts: Starts = [[fence, 0]]
  let redis: TestRedis
  let log: RunLog
  let runId: string

  beforeAll(async () => {
    redis = await startStandalone(['maxmemory-policy noeviction'])
    log = await connectRunLog(redis)
  })
  afterAll(async () => {
    await log.close()
    await redis.stop()
  })

  async function opened(): Promise<void> {
    runId = newId()
    await log.open(runId, { fence, seq: 1 }, { starts, text: 'a' })
  }

  test('an open leaves one entry', async () => {
    await opened()
    await log.append(runId, { fence, seq: 2 }, { at: 1, text: 'b' })
    await log.open(runId, { fence, seq: 3 }, { starts, text: 'ab' })
    expect(await redis.servers[0]!.admin.xlen(keys.runLog(runId))).toBe(1)
  })

  test('a Redis without free memory refuses each write and changes nothing', async () => {
    await opened()
    const { admin } = redis.servers[0]!
    await admin.config('SET', 'maxmemory', '1')
    const answers = [
      await log.seize(runId, fence + 1),
      await log.open(runId, { fence, seq: 2 }, { starts, text: 'b' }),
      await log.append(runId, { fence, seq: 2 }, { at: 1, text: 'b' }),
    ]
    await admin.config('SET', 'maxmemory', '0')
    for (const answer of answers) {
      expect(answer).toEqual({ kind: 'unavailable', reason: expect.stringMatching(/^oom: /) })
    }
    expect(await log.read(runId)).toHaveLength(1)
  })

  test('without the right to the channel, text is written, and the number of followers is -1', async () => {
    await opened()
    const { admin, port } = redis.servers[0]!
    await admin.call('ACL', 'SETUSER', 'mute', 'on', '>x', '~*', '+@all', 'resetchannels')
    const mute = await connectRunLog({ variables: { url: `redis://mute:x@127.0.0.1:${port}` } })
    expect(await mute.append(runId, { fence, seq: 2 }, { at: 1, text: 'b' })).toEqual({
      kind: 'ok',
      followers: -1,
    })
    expect(await mute.seize(runId, fence + 1)).toEqual({ kind: 'ok', followers: -1 })
    expect(await log.read(runId)).toHaveLength(3)
    await mute.close()
  })

  test('if Redis does not reply, every operation ends by its deadline, and a retry is safe', async () => {
    await opened()
    redis.servers[0]!.pause()
    const words = { at: 1, text: 'b' }
    const answers = await Promise.all([
      log.append(runId, { fence, seq: 2 }, words),
      log.seize(runId, fence),
      log.read(runId),
    ])
    redis.servers[0]!.resume()
    const unknown = { kind: 'unavailable', reason: expect.stringMatching(/^(timeout|away): /) }
    expect(answers).toEqual([unknown, unknown, 'unavailable'])
    await vi.waitFor(
      async () => expect((await log.append(runId, { fence, seq: 2 }, words)).kind).toMatch(/^(ok|repeat)$/),
      { timeout: 10_000 },
    )
    expect(await log.read(runId, { fence, seq: 1 })).toEqual([{ fence, seq: 2, kind: 'words', words }])
  })

  test('a log expires after a day, can be refreshed, and expires a minute after it was retired', async () => {
    await opened()
    const { admin } = redis.servers[0]!
    const ttl = () => admin.ttl(keys.runLog(runId))
    const day = 24 * 60 * 60
    expect(await ttl()).toBeGreaterThan(day - 60)
    await admin.expire(keys.runLog(runId), 100)
    await log.append(runId, { fence, seq: 2 }, { at: 1, text: 'b' })
    expect(await ttl()).toBeLessThanOrEqual(100)
    await log.append(runId, { fence, seq: 3 }, { at: 2, text: 'c' }, { refreshExpiry: true })
    expect(await ttl()).toBeGreaterThan(day - 60)
    await log.retire(runId)
    expect(await ttl()).toBeLessThanOrEqual(60)
    expect(await ttl()).toBeGreaterThan(0)
  })

  test('signed values that are damaged or of another version are read as unknown', async () => {
    await opened()
    const { admin } = redis.servers[0]!
    const notes: string[] = []
    const subscription = log.follow(runId, { note: ({ kind }) => void notes.push(kind), gap: () => {} })
    await subscription.ready
    const bodies = ['s{"v":2,"starts":[[1,0]],"text":"a"}', 's{"v":1', 'wx y', 'w12', '*new']
    for (const [index, body] of bodies.entries()) {
      const id = `${fence}-${2 + index}`
      await admin.xadd(keys.runLog(runId), id, 'd', signed(runId, id, body))
    }
    await admin.spublish(keys.runLog(runId), `${fence}-9${signed(runId, `${fence}-9`, '*new')}`)
    const entries = await log.read(runId, { fence, seq: 1 })
    expect(entries).toEqual(bodies.map((_, index) => ({ fence, seq: 2 + index, kind: 'unknown' })))
    await vi.waitFor(() => expect(notes).toEqual(['unknown']))
    subscription.close()
  })

  test('S15: entries and notes that this installation did not sign for this run and position are ignored', async () => {
    await opened()
    const otherRun = newId()
    const { admin } = redis.servers[0]!
    const notes: unknown[] = []
    const subscription = log.follow(runId, { note: (note) => void notes.push(note), gap: () => {} })
    await subscription.ready
    const body = 'w1 forged'
    const forged = [
      body,
      `w${'A'.repeat(22)}1 forged`,
      `+1 forged`,
      `={"v":1,"starts":[[${fence},0]],"text":"forged"}`,
      signed(otherRun, `${fence}-6`, body),
      signed(runId, `${fence}-2`, body),
      signed(runId, `${fence}-8`, body).replace('forged', 'FORGED'),
      '',
    ]
    for (const [index, value] of forged.entries()) {
      await admin.xadd(keys.runLog(runId), `${fence}-${2 + index}`, 'd', value)
      await admin.spublish(keys.runLog(runId), `${fence}-${2 + index}${value}`)
    }
    expect(await log.read(runId)).toMatchObject([{ kind: 'snapshot' }])
    const at = { fence, seq: 2 + forged.length }
    await log.append(runId, at, { at: 1, text: 'genuine' })
    await vi.waitFor(() =>
      expect(notes).toEqual([{ ...at, kind: 'words', words: { at: 1, text: 'genuine' } }]),
    )
    expect(sourceOf((await log.read(runId)) as LogEntry[])?.text).toBe('agenuine')
    subscription.close()
  })
})

/** The value that an instance would write: the letter of the kind, the signature, the body. */
function signed(runId: string, id: string, body: string): string {
  return `${body.slice(0, 1)}${testSigner.sign('log', `${runId} ${id} ${body}`)}${body.slice(1)}`
}
