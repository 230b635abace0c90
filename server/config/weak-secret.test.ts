import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { exitCodes } from '../cli/exit-codes.ts'
import { runCommand } from '../cli/run-command.ts'
import { readConfig } from './read-config.ts'
import { weaknessOf } from './weak-secret.ts'

test.each([
  'secret',
  'SECRET',
  't0p-s3cr3t',
  'T0P-S3CR3T',
  'changeme',
  'change-me-please',
  'your-secret-key',
  'your_secret_key_here',
  'super-secret-password-1234',
  'my-very-long-secret-key-for'.replace('for', 'here'),
  'replace_this_with_a_long_random_string',
  'open-webui-secret-key',
  'password',
  '12345678',
  '1234567890123456',
  'hunter2',
  'kJ8#s',
  'aaaaaaaaaaaaaaaa',
  'abababababababab',
  '                ',
])('S24: a start with WEBUI_SECRET_KEY=%s is refused, with the cure', (secret) => {
  const reading = readConfig({ WEBUI_SECRET_KEY: secret })
  if (secret.trim() === '') return expect(reading.ok).toBe(true)
  expect(reading).toMatchObject({
    ok: false,
    problems: [{ about: 'WEBUI_SECRET_KEY', cure: expect.stringContaining('openssl rand -hex 32') }],
  })
  // Even a weak secret must not be printed.
  expect(JSON.stringify(reading)).not.toContain(`"${secret}"`)
})

test('S24: `shoal start` exits with the code for an invalid configuration', async () => {
  const said: string[] = []
  const io = {
    env: { WEBUI_SECRET_KEY: 'secret' },
    print: () => {},
    printError: (sentence: string) => said.push(sentence),
    readInput: async () => '',
    isTerminal: false,
  }
  expect(await runCommand(['start'], io)).toBe(exitCodes.config)
  expect(exitCodes.config).toBe(78)
  expect(said.join('\n')).toMatch(/WEBUI_SECRET_KEY[^]*openssl rand -hex 32/)
})

test('S24: generated secrets and sentences are accepted', () => {
  for (let n = 0; n < 200; n++) {
    for (const secret of [
      randomBytes(12).toString('base64'),
      randomBytes(16).toString('hex'),
      randomBytes(32).toString('base64url'),
      randomUUID(),
    ]) {
      expect(weaknessOf(secret), secret).toBeUndefined()
    }
  }
  for (const secret of ['correct horse battery staple', 'the same on both sides', 'k'.repeat(32)]) {
    expect(weaknessOf(secret), secret).toBeUndefined()
  }
  expect(readConfig({}).ok).toBe(true)
})
