import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { DeadlineError } from '../../base/index.ts'
import { RetryableError, UniqueViolation } from '../engine/store-errors.ts'
import { StoreError } from '../store.ts'
import { toPostgresStoreError } from './postgres-errors.ts'

const fromServer = (code: string): unknown =>
  toPostgresStoreError(Object.assign(new pg.DatabaseError('said so', 1, 'error'), { code }))

describe('toPostgresStoreError', () => {
  test('only a full disk is reported as full', () => {
    expect(fromServer('53100')).toMatchObject({ name: 'StoreError', kind: 'full' })
  })

  test('temporary problems are reported as unavailable', () => {
    const states = ['57014', '57P01', '57P03', '08006', '53300', '53200', '25006', '28P01', '3D000', '58030']
    for (const code of states) expect(fromServer(code), code).toMatchObject({ kind: 'unavailable' })
    const sockets = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']
    for (const code of sockets) {
      expect(toPostgresStoreError(Object.assign(new Error('x'), { code })), code).toBeInstanceOf(StoreError)
    }
    expect(toPostgresStoreError(new DeadlineError('a statement', 5))).toBeInstanceOf(StoreError)
    expect(toPostgresStoreError(new Error('timeout exceeded when trying to connect'))).toBeInstanceOf(
      StoreError,
    )
    const both = new AggregateError([Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' })])
    expect(toPostgresStoreError(both)).toMatchObject({ message: expect.stringMatching(/no route/) as string })
  })

  test('work that was rolled back can be retried', () => {
    for (const code of ['40P01', '40001']) expect(fromServer(code)).toBeInstanceOf(RetryableError)
    expect(fromServer('23505')).toBeInstanceOf(UniqueViolation)
  })

  test('a bug is returned unchanged', () => {
    for (const code of ['42601', '42P01', '23503', '22021'])
      expect(fromServer(code)).toBeInstanceOf(pg.DatabaseError)
    const bug = new TypeError('x is not a function')
    expect(toPostgresStoreError(bug)).toBe(bug)
  })
})
