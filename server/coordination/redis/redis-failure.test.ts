import { describe, expect, test } from 'vitest'
import { DeadlineError, sentenceOf } from '../../base/index.ts'
import { explain, failureKind } from './redis-failure.ts'

describe('the kind of an error, for the caller', () => {
  test.each([
    [new DeadlineError('Redis', 150), 'timeout'],
    [new Error('Command timed out'), 'timeout'],
    [new Error("OOM command not allowed when used memory > 'maxmemory'. script: x"), 'oom'],
    [new Error("Stream isn't writeable and enableOfflineQueue options is false"), 'away'],
    [new Error('Connection is closed.'), 'away'],
    [
      new Error('Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest"'),
      'away',
    ],
    [new Error('READONLY You can’t write against a read only replica.'), 'away'],
    [new Error('CLUSTERDOWN The cluster is down'), 'away'],
    [new Error('LOADING Redis is loading the dataset in memory'), 'away'],
    [new Error('TRYAGAIN Multiple keys request during rehashing of slot'), 'away'],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'away'],
    [new Error('WRONGTYPE Operation against a key holding the wrong kind of value'), 'refused'],
    [new Error("NOPERM this user has no permissions to run the 'get' command"), 'refused'],
    [new Error('MISCONF Redis is configured to save RDB snapshots'), 'refused'],
    [new Error('ERR user_script:1: closed'), 'refused'],
  ])('%s: %s', (error, kind) => {
    expect(failureKind(error)).toBe(kind)
  })
})

describe('the explanation of an error, for the operator', () => {
  test.each([
    ['MISCONF Redis is configured to save RDB snapshots', /cannot save to its disk/, false],
    ['LOADING Redis is loading the dataset in memory', /still loading/, true],
    ['READONLY You can’t write', /does not accept writes/, false],
    ['ERR DB index is out of range', /no database with that number/, true],
    ['ERR max number of clients reached', /raise maxclients/, true],
    [
      'connected to sentinel a:1 successfully, but got an invalid reply: null',
      /know no master with that name/,
      true,
    ],
    ['All sentinels are unreachable. Retrying', /no sentinel at .* replies/, true],
    ['unable to verify the first certificate', /is not trusted/, true],
    ['read ECONNRESET', /connection to Redis at here:1 was lost/, true],
  ])('%s', (message, sentence, connecting) => {
    expect(explain(new Error(message), 'here:1')).toMatchObject({ connecting })
    const found = explain(new Error(message), 'here:1')
    expect(found && sentenceOf(found)).toMatch(sentence)
  })

  test('the cause of a Cluster error is the last error of a node; the cause of an aggregate is in its parts', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    const all = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: refused })
    expect(explain(all, 'x')?.code).toBe('redis-refused')
    expect(explain(new AggregateError([refused, refused]), 'x')?.code).toBe('redis-refused')
  })

  test('an error that concerns only one call has no explanation for the operator', () => {
    expect(explain(new Error('NOSCRIPT No matching script'), 'x')).toBeUndefined()
    expect(explain('odd', 'x')).toBeUndefined()
  })
})
