import { describe, expect, test } from 'vitest'
import { visibleText } from '../../protocol/index.ts'
import {
  requestModelPorts,
  endSleeps,
  ownedRun,
  says,
  saysAndHangs,
  settled,
} from '../../test/support/owned-run-fixture.ts'
import { manualTime } from '../../test/support/manual-time.ts'
import type { ManualTime } from '../../test/support/manual-time.ts'
import { UpstreamError } from '../upstream/contracts.ts'
import type { ResolvedModel } from '../upstream/contracts.ts'
import { AnswerWriter } from './answer-writer.ts'
import type { OwnedRun } from './owned-run.ts'

type Generate = ResolvedModel['generate']

interface Written {
  writer: AnswerWriter
  text: () => string
  end: ReturnType<AnswerWriter['write']>
}

/** Writes the answer of a run; each piece is delivered at once. */
function write(
  generate: Generate | undefined,
  { run = {}, maxUnits = 1000, time }: { run?: Partial<OwnedRun>; maxUnits?: number; time?: ManualTime } = {},
): Written {
  const owned = ownedRun(run)
  let text = owned.text
  const writer = new AnswerWriter(
    {
      ...requestModelPorts(generate, time?.sleep),
      clock: { now: () => 0, monotonic: () => 0 },
      delivery: {
        get text() {
          return text
        },
        append: (words) => void (text += words),
        take: async (words) => void (text += words),
      },
      reportPosition: () => {},
      maxUnits,
    },
    owned,
  )
  return { writer, text: () => text, end: writer.write() }
}

/** Fails `times` times with an error, then answers. */
function failing(times: number, code: ConstructorParameters<typeof UpstreamError>[0], before: string[] = []) {
  let requests = 0
  const generate: Generate = async (request, sink, signal) => {
    if (requests++ >= times) return says(['Fish.'])(request, sink, signal)
    for (const text of before) await sink([{ kind: 'text', text }])
    throw new UpstreamError(code)
  }
  return { generate, requests: () => requests }
}

describe('the answer writer', () => {
  test('delivers the text of the model, and ends with the metadata', async () => {
    const { text, end } = write(async (_, sink) => {
      await sink([{ kind: 'reasoning', text: 'Hm' }])
      await sink([{ kind: 'text', text: 'Fish.' }])
      await sink([{ kind: 'usage', usage: { promptTokens: 3, completionTokens: 2 } }])
      return { reason: 'stop' }
    })
    expect(await end).toEqual({
      status: 'done',
      meta: { finishReason: 'stop', reasoningMs: 0, usage: { promptTokens: 3, completionTokens: 2 } },
    })
    expect(visibleText(text())).toBe('Fish.')
  })

  test('A3: an answer that was stopped during reasoning continues after the reasoning', async () => {
    const { text, end } = write(says(['A group ', 'of fish.']), { run: { text: '<think>\nIs it' } })
    await end
    expect(visibleText(text())).toBe('A group of fish.')
  })

  test('C8: an end without text is reported as no answer', async () => {
    expect(await write(says([])).end).toMatchObject({
      status: 'failed',
      meta: { error: { code: 'upstream_no_answer' }, finishReason: 'stop' },
    })
  })

  test('a stop closes the request, accepts no more text, and leaves reasoning open to be continued', async () => {
    let late: (() => unknown) | undefined
    let reason: unknown
    const { writer, text, end } = write(async (request, sink, signal) => {
      await sink([{ kind: 'reasoning', text: 'Is it' }])
      late = () => sink([{ kind: 'text', text: 'too late' }])
      signal.addEventListener('abort', () => (reason = signal.reason))
      return saysAndHangs([])(request, sink, signal)
    })
    await settled()
    writer.stop()
    late?.()
    expect(reason).toBeInstanceOf(Error)
    expect(await end).toMatchObject({ status: 'stopped' })
    expect(text()).toBe('<think>\nIs it')
  })

  test('an abandoned answer has no end', async () => {
    const { writer, end } = write(saysAndHangs(['Fish']))
    await settled()
    writer.abandon()
    writer.stop()
    expect(await end).toBeUndefined()
  })

  test('nothing is requested for a run that was stopped earlier, or whose end only has to be stored', async () => {
    for (const [run, status] of [
      [{ row: { ...ownedRun().row, stop: true } }, 'stopped'],
      [{ endAs: 'interrupted' }, 'interrupted'],
    ] as const) {
      const generate: Generate = () => expect.unreachable('the model got a request')
      expect(await write(generate, { run }).end).toEqual({ status, meta: {} })
    }
  })

  test('an answer that is too long is cut at its limit, including its earlier text', async () => {
    const { text, end } = write(saysAndHangs(['12345', '67890']), { run: { text: 'abc' }, maxUnits: 10 })
    expect(await end).toMatchObject({ status: 'done', meta: { error: { code: 'too_large' } } })
    expect(text()).toBe('abc1234567')
  })

  test('an answer whose earlier text is too long accepts no text', async () => {
    const { text, end } = write(saysAndHangs(['1234567890']), { run: { text: 'abcdefgh' }, maxUnits: 5 })
    expect(await end).toMatchObject({ status: 'done', meta: { error: { code: 'too_large' } } })
    expect(text()).toBe('abcdefgh')
  })
})

describe('a provider that fails', () => {
  test('before the first text is retried once', async () => {
    const time = manualTime()
    const { generate, requests } = failing(1, 'upstream_unreachable')
    const { end, text } = write(generate, { time })
    await settled()
    expect([requests(), time.pendingSleeps().length]).toEqual([1, 1])
    await endSleeps(time)
    expect(await end).toMatchObject({ status: 'done' })
    expect(text()).toBe('Fish.')
    expect(await write(failing(2, 'upstream_unreachable').generate).end).toMatchObject({ status: 'failed' })
  })

  test('is retried without limit after a takeover (rule 14)', async () => {
    const { generate, requests } = failing(12, 'upstream_rate_limited')
    expect(await write(generate, { run: { takenOver: true } }).end).toMatchObject({ status: 'done' })
    expect(requests()).toBe(13)
  })

  test('after the first text is not retried, and the text stays', async () => {
    const { generate, requests } = failing(1, 'upstream_broke_off', ['Half'])
    const { end, text } = write(generate, { run: { takenOver: true } })
    expect(await end).toMatchObject({ status: 'failed', meta: { error: { code: 'upstream_broke_off' } } })
    expect([requests(), text()]).toEqual([1, 'Half'])
  })

  test('a stop ends the pause before the next request', async () => {
    const time = manualTime()
    const { writer, end } = write(failing(1, 'upstream_unreachable').generate, { time })
    await settled()
    writer.stop()
    expect(await end).toEqual({ status: 'stopped', meta: {} })
    expect(time.pendingSleeps()).toEqual([])
  })
})
