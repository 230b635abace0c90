import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createLogReader } from './log-reader.ts'
import type { LogReader } from './log-reader.ts'
import { ReaderTrial, emptySource, runId } from '../../../test/support/log-reader-trial.ts'

const [first, second] = [1000, 2000]
let trial: ReaderTrial

beforeEach(() => {
  trial = new ReaderTrial()
})
afterEach(() => trial.end())

describe('the rules of a reader', () => {
  test('1: subscribes, then reads, then applies notes', async () => {
    await trial.open(first, 'ab')
    await trial.append(first, 2, 2, 'c')
    await trial.follow()
    expect(trial.takeEvents()).toEqual(['reset 0+abc'])
    await trial.append(first, 3, 3, 'd')
    expect(trial.takeEvents()).toEqual(['3+d 3'])
    expect(trial.reader?.source).toEqual({ fence: first, seq: 3, starts: [[first, 0]], text: 'abcd' })
  })

  test('1: notes that arrive while the log is read are held and applied afterwards', async () => {
    await trial.open(first, 'a')
    const read = trial.own.read.bind(trial.own)
    const spy = vi.spyOn(trial.own, 'read')
    spy.mockImplementationOnce(async (...args) => {
      const entries = await read(...args)
      await trial.append(first, 2, 1, 'b')
      return entries
    })
    await trial.follow()
    await trial.settle()
    expect(trial.takeEvents()).toEqual(['reset 0+a', '1+b 2'])
    expect(spy).toHaveBeenCalledTimes(1)
  })

  test('2: a note of a lower fence is dropped', async () => {
    await trial.open(second, 'abc')
    await trial.follow()
    trial.takeEvents()
    trial.hub.notify(runId, { fence: first, seq: 9, kind: 'words', words: { at: 3, text: 'zombie' } })
    trial.hub.notify(runId, { fence: first, seq: 9, kind: 'seized' })
    await trial.settle()
    expect(trial.takeEvents()).toEqual([])
  })

  test('2: a seizure emits moving once and changes no text', async () => {
    await trial.open(first, 'abc')
    await trial.follow()
    trial.takeEvents()
    await trial.log.seize(runId, second)
    trial.hub.notify(runId, { fence: second, seq: 0, kind: 'seized' })
    await trial.settle()
    expect(trial.takeEvents()).toEqual(['moving'])
    await trial.append(first, 2, 3, 'd')
    expect(trial.reader?.source.text).toBe('abc')
  })

  test('2: a reader that starts after the seizure also emits moving', async () => {
    await trial.open(first, 'abc')
    await trial.log.seize(runId, second)
    await trial.follow()
    expect(trial.takeEvents()).toEqual(['reset 0+abc', 'moving'])
  })

  test('3: a repeat adds nothing, and an overlap adds only the new part', async () => {
    await trial.open(first, 'abc')
    await trial.follow()
    trial.takeEvents()
    trial.hub.notify(runId, { fence: first, seq: 1, kind: 'words', words: { at: 1, text: 'bc' } })
    trial.hub.notify(runId, { fence: first, seq: 2, kind: 'words', words: { at: 2, text: 'cde' } })
    await trial.settle()
    expect(trial.takeEvents()).toEqual(['3+de 2'])
  })

  test('3: missing text is read from the log', async () => {
    await trial.open(first, 'a')
    await trial.follow()
    trial.takeEvents()
    trial.deaf = true
    await trial.append(first, 2, 1, 'b')
    await trial.append(first, 3, 2, 'c')
    trial.deaf = false
    await trial.append(first, 4, 3, 'd')
    expect(trial.takeEvents()).toEqual(['1+b 2', '2+c 3', '3+d 4'])
  })

  test('4: text of a higher fence is not applied; the whole log is read instead', async () => {
    await trial.open(first, 'abcd')
    await trial.follow()
    trial.takeEvents()
    trial.deaf = true
    await trial.open(second, 'abX', [
      [first, 0],
      [second, 2],
    ])
    trial.deaf = false
    await trial.append(second, 2, 3, 'Y')
    expect(trial.takeEvents()).toEqual(['rewind 2+XY'])
    expect(trial.reader?.source).toMatchObject({ fence: second, seq: 2, text: 'abXY' })
  })

  test('5: a reader with a position reads only the entries after it', async () => {
    await trial.open(first, 'a')
    await trial.append(first, 2, 1, 'b')
    await trial.append(first, 3, 2, 'c')
    await trial.follow({ fence: first, seq: 2, starts: [[first, 0]], text: 'ab' })
    expect(trial.takeEvents()).toEqual(['2+c 3'])
  })

  test('5: if text does not join, the reader reads the whole log', async () => {
    await trial.open(first, 'a')
    await trial.append(first, 2, 1, 'b')
    await trial.append(first, 3, 2, 'c')
    await trial.follow({ fence: first, seq: 2, starts: [[first, 0]], text: '' })
    expect(trial.takeEvents()).toEqual(['0+abc 3'])
  })

  test('5: a damaged log changes nothing, and the reader queries the store', async () => {
    await trial.open(first, 'a')
    await trial.follow()
    trial.takeEvents()
    await trial.advance(2000)
    vi.spyOn(trial.own, 'read').mockResolvedValue([
      { fence: second, seq: 4, kind: 'words', words: { at: 7, text: 'x' } },
    ])
    trial.hub.notify(runId, { fence: second, seq: 4, kind: 'words', words: { at: 7, text: 'x' } })
    await trial.settle()
    expect(trial.takeEvents()).toEqual(['ask-store'])
    expect(trial.reader?.source.text).toBe('a')
  })

  test('5: for a log of another version, the reader queries the store', async () => {
    await trial.open(first, 'a')
    await trial.follow()
    trial.takeEvents()
    await trial.advance(2000)
    trial.hub.notify(runId, { fence: second, seq: 1, kind: 'unknown' })
    await trial.settle()
    expect(trial.takeEvents()).toEqual(['ask-store'])
  })

  test('6: a source whose fence does not descend from the reader’s fence resets the text', async () => {
    await trial.open(first, 'abc')
    await trial.follow()
    trial.takeEvents()
    await trial.open(second, 'xy')
    expect(trial.takeEvents()).toEqual(['reset 0+xy'])
  })

  test('6: a shorter log of the same fence does not cut the reader’s text', async () => {
    await trial.open(first, 'a')
    await trial.follow({ fence: first, seq: 1, starts: [[first, 0]], text: 'abc' })
    await trial.append(first, 2, 1, 'bcd')
    expect(trial.takeEvents()).toEqual(['3+d 2'])
  })

  test('7: a lost log changes nothing until it is reopened', async () => {
    await trial.open(first, 'abc')
    await trial.follow()
    trial.takeEvents()
    trial.hub.flush()
    await trial.advance(4000)
    expect(trial.takeEvents()).toEqual([])
    await trial.open(first, 'abcd', [[first, 0]], 7)
    await trial.append(first, 8, 4, 'e')
    expect(trial.takeEvents()).toEqual(['3+de 8'])
  })
})

test('a closed reader emits no events and has no timer', async () => {
  await trial.open(first, 'a')
  const timers = vi.getTimerCount()
  await trial.follow()
  trial.takeEvents()
  trial.reader?.close()
  await trial.append(first, 2, 1, 'b')
  trial.reader?.offer({ fence: second, seq: 1, starts: [[second, 0]], text: 'x' })
  await trial.advance(20_000)
  expect(trial.takeEvents()).toEqual([])
  expect(vi.getTimerCount()).toBe(timers)
})

test('a handler that closes the reader receives no further events', async () => {
  await trial.open(first, 'a')
  await trial.log.seize(runId, second)
  const received: string[] = []
  const closing: LogReader = createLogReader({
    log: trial.own,
    runId,
    from: emptySource,
    event(event) {
      received.push(event.kind)
      closing.close()
    },
    clock: systemClock,
    logger: silentLogger,
  })
  await trial.advance(10_000)
  expect(received).toEqual(['reset'])
})
