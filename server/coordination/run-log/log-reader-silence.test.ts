// What a reader does when nothing comes: rule 8 of a reader.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ReaderTrial } from '../../../test/support/log-reader-trial.ts'

const [first, second] = [1000, 2000]
let trial: ReaderTrial

beforeEach(() => {
  trial = new ReaderTrial()
})
afterEach(() => trial.end())

describe('rule 8 of a reader', () => {
  test('after 5 s without a word the store is asked and the log is read', async () => {
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

  test('words put the silence off', async () => {
    await trial.open(first, '')
    await trial.follow()
    trial.told()
    for (let at = 0; at < 10; at++) {
      await trial.pass(4000)
      await trial.append(first, at + 2, at, 'x')
    }
    expect(trial.told().filter((line) => line === 'ask-store')).toEqual([])
  })

  test('a gap asks the store and reads, the store not more than once a second', async () => {
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

  test('while the log cannot be read the store is asked every 2 s', async () => {
    trial.own.setAway(true)
    await trial.follow()
    await trial.pass(6900)
    const asked = trial.told()
    expect(new Set(asked)).toEqual(new Set(['ask-store']))
    expect(asked.length).toBeGreaterThanOrEqual(4)
    expect(asked.length).toBeLessThanOrEqual(6)
  })

  test('stored parts are a source like any other', async () => {
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
