// Errors in the variables for Redis stop the start with one sentence.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

describe('invalid variables stop the start', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'no URL',
      { REDIS_URL: 'localhost:6379' },
      /REDIS_URL[^]*does not start with redis:\/\/[^]*write redis:\/\//,
    ],
    [
      'another scheme',
      { REDIS_URL: 'http://h:6379' },
      /REDIS_URL[^]*starts with http:\/\/[^]*write redis:\/\//,
    ],
    [
      'a password that is not escaped',
      { REDIS_URL: 'redis://:p@ss/w#d@host' },
      /REDIS_URL[^]*unescaped[^]*escape it: write %/,
    ],
    ['a list without REDIS_CLUSTER', { REDIS_URL: 'redis://a:1,b:2' }, /REDIS_URL[^]*REDIS_CLUSTER=true/],
    [
      'Cluster and Sentinel',
      { REDIS_URL: 'redis://a', REDIS_CLUSTER: 'true', REDIS_SENTINEL_HOSTS: 'b' },
      /REDIS_CLUSTER[^]*no sentinels[^]*unset one/,
    ],
    [
      'a database number with Cluster',
      { REDIS_URL: 'redis://a:1/2', REDIS_CLUSTER: 'true' },
      /REDIS_URL[^]*only database 0[^]*remove the number/,
    ],
  ])('%s: exit code 78, one sentence with the variable and the cure', async (_, env, sentence) => {
    const child = spawn(process.execPath, ['server/cli.ts', 'start', '--port', '0'], {
      cwd: join(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', ...env },
    })
    let output = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (output += data.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    expect([code, output]).toEqual([78, expect.stringMatching(sentence)])
    expect(output.trim().split('\n')).toHaveLength(2)
    expect(output).not.toContain('p@ss')
  })
})
