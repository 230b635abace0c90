import { describe, expect, test } from 'vitest'
import { withoutAddresses } from './without-addresses.ts'

describe('S19: public sentences about a service contain no addresses', () => {
  test.each([
    ['connect ECONNREFUSED 10.20.30.40:5432', 'connect ECONNREFUSED …'],
    ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED …'],
    ['connect ETIMEDOUT fd00:1:2::3:5432', 'connect ETIMEDOUT …'],
    ['connect EHOSTUNREACH [2001:db8::7]:5432', 'connect EHOSTUNREACH …'],
    ['getaddrinfo ENOTFOUND pg-primary.prod.internal', 'getaddrinfo ENOTFOUND …'],
    ['getaddrinfo EAI_AGAIN postgres', 'getaddrinfo EAI_AGAIN …'],
    ['connect ENOENT /var/run/postgresql/.s.PGSQL.5432', 'connect ENOENT …'],
    ['password authentication failed for user "shoal"', 'password authentication failed for user …'],
    [
      'no pg_hba.conf entry for host "10.0.0.9", user "shoal", database "chats", no encryption',
      'no pg_hba.conf entry for host …, user …, database …, no encryption',
    ],
    ['database "chats" does not exist', 'database … does not exist'],
    [
      'nothing listens at cache.prod.internal:6379: start Redis, or correct the host and port in REDIS_URL',
      'nothing listens at …: start Redis, or correct the host and port in REDIS_URL',
    ],
    ['no sentinel at s1:26379, s2:26379 replies', 'no sentinel at …, … replies'],
  ])('%s', (sentence, expected) => {
    expect(withoutAddresses(sentence)).toBe(expected)
  })

  test.each([
    'Redis asks for a password: write redis://:password@host in REDIS_URL',
    'store did not answer within 1000 ms',
    'the schema is newer than this version: start version 1.2.3 or later',
  ])('a sentence without addresses is not changed: %s', (sentence) => {
    expect(withoutAddresses(sentence)).toBe(sentence)
  })
})
