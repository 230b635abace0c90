import { beforeEach, describe, expect, test } from 'vitest'
import type { ClientFrame } from '../../protocol/frames.ts'
import type { RunStartRequest } from '../../protocol/run.ts'
import { manualTime } from '../../test/support/manual-time.ts'
import type { ManualTime } from '../../test/support/manual-time.ts'
import { createStarts } from './starts.ts'
import type { Starts } from './starts.ts'

const run = { chatId: 'c', userMessageId: 'u', messageId: 'm', runId: 'r' }
const request = { clientId: 'x', model: 'm', text: 'hi' }

let linked: boolean
let sent: ClientFrame[]
let overHttp: (RunStartRequest | string)[]
let time: ManualTime
let starts: Starts

beforeEach(() => {
  linked = true
  sent = []
  overHttp = []
  time = manualTime()
  starts = createStarts({
    send: (frame) => linked && sent.push(frame) > 0,
    startRun: (asked) => {
      overHttp.push(asked)
      return Promise.resolve(run)
    },
    stopRun: (runId) => {
      overHttp.push(runId)
      return Promise.resolve()
    },
    toError: (refusal) => new Error(refusal?.code ?? 'no run'),
    replyMs: 6000,
    sleep: time.sleep,
  })
})

describe('a start', () => {
  test('is sent over the socket; its reply contains the run', async () => {
    const { started } = starts.start(request)
    expect(sent).toEqual([{ t: 'run.start', ref: 'r1', run: request }])
    starts.reply({ t: 'reply', ref: 'r1', ok: true, run })
    expect(await started).toEqual(run)
    expect(time.pendingSleeps()).toEqual([])
    expect(overHttp).toEqual([])
  })

  test('is sent over HTTP if there is no socket', async () => {
    linked = false
    expect(await starts.start(request).started).toEqual(run)
    expect([sent, overHttp]).toEqual([[], [request]])
  })

  test('is repeated once over HTTP if no reply comes in time or the connection is lost', async () => {
    const first = starts.start(request)
    await time.advance(5999)
    expect(overHttp).toEqual([])
    await time.advance(1)
    expect(await first.started).toEqual(run)
    const second = starts.start({ ...request, clientId: 'y' })
    starts.connectionLost()
    starts.connectionLost()
    await time.advance(6000)
    expect(await second.started).toEqual(run)
    expect(overHttp).toEqual([request, { ...request, clientId: 'y' }])
  })

  test('ignores a reply after it was repeated', async () => {
    const { started } = starts.start(request)
    starts.connectionLost()
    starts.reply({ t: 'reply', ref: 'r1', ok: false, error: { code: 'busy', message: 'late' } })
    expect(await started).toEqual(run)
  })

  test('rejects on a refusal, and on a reply without a run', async () => {
    const refused = starts.start(request).started
    const empty = starts.start(request).started
    starts.reply({ t: 'reply', ref: 'r1', ok: false, error: { code: 'too_many_runs', message: 'no' } })
    starts.reply({ t: 'reply', ref: 'r2', ok: true })
    await expect(refused).rejects.toThrow('too_many_runs')
    await expect(empty).rejects.toThrow('no run')
  })
})

describe('a stop (rule 10 of a run)', () => {
  test('waits until the run has an id, and is then sent', async () => {
    const start = starts.start(request)
    const stopped = start.stop()
    expect(sent).toHaveLength(1)
    starts.reply({ t: 'reply', ref: 'r1', ok: true, run })
    await expect.poll(() => sent.at(-1)).toEqual({ t: 'run.stop', ref: 'r2', runId: 'r' })
    starts.reply({ t: 'reply', ref: 'r2', ok: true })
    await stopped
    expect(await start.started).toEqual(run)
  })

  test('is sent with a repeated start', async () => {
    const start = starts.start(request)
    const stopped = start.stop()
    linked = false
    starts.connectionLost()
    await stopped
    expect(overHttp).toEqual([{ ...request, stop: true }, 'r'])
  })

  test('is sent at once if the run has an id, and over HTTP if no reply comes', async () => {
    const start = starts.start(request)
    starts.reply({ t: 'reply', ref: 'r1', ok: true, run })
    await start.started
    const stopped = start.stop()
    expect(sent.at(-1)).toEqual({ t: 'run.stop', ref: 'r2', runId: 'r' })
    await time.advance(6000)
    await stopped
    expect(overHttp).toEqual(['r'])
  })

  test('fails if the start that it waits for fails', async () => {
    const start = starts.start(request)
    const stopped = start.stop()
    starts.reply({ t: 'reply', ref: 'r1', ok: false, error: { code: 'busy', message: 'no' } })
    await expect(start.started).rejects.toThrow('busy')
    await expect(stopped).rejects.toThrow('busy')
  })
})
