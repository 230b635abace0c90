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
    trial.told()
    trial.deaf = true
    await trial.append(first, 2, 1, 'b')
    await trial.pass(4950)
    expect(trial.told()).toEqual([])
    await trial.pass(100)
    expect(trial.told()).toEqual(['ask-store', '1+b 2'])
    await trial.pass(4900)
    expect(trial.told()).toEqual([])
    await trial.pass(200)
    expect(trial.told()).toEqual(['ask-store'])
  })

  test('text restarts the 5 s', async () => {
    await trial.open(first, '')
    await trial.follow()
    trial.told()
    for (let at = 0; at < 10; at++) {
      await trial.pass(4000)
      await trial.append(first, at + 2, at, 'x')
    }
    expect(trial.told().filter((line) => line === 'ask-store')).toEqual([])
  })

  test('after a gap the reader reads the log and queries the store, but the store at most once a second', async () => {
    await trial.open(first, 'a')
    await trial.follow()
    await trial.pass(1000)
    trial.told()
    trial.own.setAway(true)
    await trial.append(first, 2, 1, 'b')
    trial.own.setAway(false)
    await trial.settle()
    expect(trial.told()).toEqual(['ask-store', '1+b 2'])
    for (let times = 0; times < 5; times++) {
      trial.own.setAway(true)
      trial.own.setAway(false)
      await trial.settle()
    }
    expect(trial.told()).toEqual([])
    await trial.pass(1050)
    expect(trial.told()).toEqual(['ask-store'])
    await trial.pass(3000)
    expect(trial.told()).toEqual([])
  })

  test('while the log cannot be read, the reader queries the store every 2 s', async () => {
    trial.own.setAway(true)
    await trial.follow()
    await trial.pass(6900)
    const asked = trial.told()
    expect(new Set(asked)).toEqual(new Set(['ask-store']))
    expect(asked.length).toBeGreaterThanOrEqual(4)
    expect(asked.length).toBeLessThanOrEqual(6)
  })

  test('the stored text is a source like any other', async () => {
    await trial.open(first, 'ab')
    await trial.follow()
    trial.told()
    trial.reader?.offer({ fence: first, seq: 4, starts: [[first, 0]], text: 'abcd' })
    trial.reader?.offer({ fence: first, seq: 3, starts: [[first, 0]], text: 'abc' })
    trial.reader?.offer({ fence: first - 1, seq: 3, starts: [[first - 1, 0]], text: 'old and long' })
    expect(trial.told()).toEqual(['2+cd 4'])
    trial.reader?.offer({
      fence: second,
      seq: 0,
      starts: [
        [first, 0],
        [second, 3],
      ],
      text: 'abcX',
    })
    expect(trial.told()).toEqual(['rewind 3+X'])
  })
})
