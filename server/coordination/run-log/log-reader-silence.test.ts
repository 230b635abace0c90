// Rule 8 of a reader: what it does when it receives nothing.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ReaderTrial } from '../../../test/support/log-reader-trial.ts'

const [first, second] = [1000, 2000]
let trial: ReaderTrial

beforeEach(() => {
  trial = new ReaderTrial()
})
afterEach(() => trial.end())

describe('rule 8 of a reader', () => {
  test('after 5 s without text, the reader queries the store and reads the log', async () => {
    await trial.open(first, 'a')
    await trial.follow()
    trial.takeEvents()
    trial.deaf = true
    await trial.append(first, 2, 1, 'b')
    await trial.advance(4950)
    expect(trial.takeEvents()).toEqual([])
    await trial.advance(100)
    expect(trial.takeEvents()).toEqual(['ask-store', '1+b 2'])
    await trial.advance(4900)
    expect(trial.takeEvents()).toEqual([])
    await trial.advance(200)
    expect(trial.takeEvents()).toEqual(['ask-store'])
  })

  test('text restarts the 5 s', async () => {
    await trial.open(first, '')
    await trial.follow()
    trial.takeEvents()
    for (let at = 0; at < 10; at++) {
      await trial.advance(4000)
      await trial.append(first, at + 2, at, 'x')
    }
    expect(trial.takeEvents().filter((line) => line === 'ask-store')).toEqual([])
  })

  test('after a gap the reader reads the log and queries the store, but the store at most once a second', async () => {
    await trial.open(first, 'a')
    await trial.follow()
    await trial.advance(1000)
    trial.takeEvents()
    trial.own.setAway(true)
    await trial.append(first, 2, 1, 'b')
    trial.own.setAway(false)
    await trial.settle()
    expect(trial.takeEvents()).toEqual(['ask-store', '1+b 2'])
    for (let times = 0; times < 5; times++) {
      trial.own.setAway(true)
      trial.own.setAway(false)
      await trial.settle()
    }
    expect(trial.takeEvents()).toEqual([])
    await trial.advance(1050)
    expect(trial.takeEvents()).toEqual(['ask-store'])
    await trial.advance(3000)
    expect(trial.takeEvents()).toEqual([])
  })

  test('while the log cannot be read, the reader queries the store every 2 s', async () => {
    trial.own.setAway(true)
    await trial.follow()
    await trial.advance(6900)
    const asked = trial.takeEvents()
    expect(new Set(asked)).toEqual(new Set(['ask-store']))
    expect(asked.length).toBeGreaterThanOrEqual(4)
    expect(asked.length).toBeLessThanOrEqual(6)
  })

  test('the stored text is a source like any other', async () => {
    await trial.open(first, 'ab')
    await trial.follow()
    trial.takeEvents()
    trial.reader?.offer({ fence: first, seq: 4, starts: [[first, 0]], text: 'abcd' })
    trial.reader?.offer({ fence: first, seq: 3, starts: [[first, 0]], text: 'abc' })
    trial.reader?.offer({ fence: first - 1, seq: 3, starts: [[first - 1, 0]], text: 'old and long' })
    expect(trial.takeEvents()).toEqual(['2+cd 4'])
    trial.reader?.offer({
      fence: second,
      seq: 0,
      starts: [
        [first, 0],
        [second, 3],
      ],
      text: 'abcX',
    })
    expect(trial.takeEvents()).toEqual(['rewind 3+X'])
  })
})
