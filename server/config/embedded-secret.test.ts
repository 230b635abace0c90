import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findOrCreateEmbeddedSecret } from './embedded-secret.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'shoal-secret-'))
  onTestFinished(() => {
    chmodSync(path, 0o700)
    rmSync(path, { recursive: true })
  })
  return path
}

test('the secret is created once, is readable by its owner only, and does not change', () => {
  const path = join(folder(), 'deep', 'data')
  const secret = findOrCreateEmbeddedSecret(path)
  expect(secret).toHaveLength(43)
  expect(findOrCreateEmbeddedSecret(path)).toBe(secret)
  expect(statSync(join(path, 'secret-key')).mode & 0o777).toBe(0o600)
  expect(readdirSync(path)).toEqual(['secret-key'])
})

test('an existing secret is never replaced', () => {
  const path = folder()
  writeFileSync(join(path, 'secret-key'), 'somebody else made this one\n')
  expect(findOrCreateEmbeddedSecret(path)).toBe('somebody else made this one')
})

test('a damaged secret file prevents the start and is not overwritten', () => {
  const path = folder()
  writeFileSync(join(path, 'secret-key'), '')
  expect(() => findOrCreateEmbeddedSecret(path)).toThrow(/secret-key is damaged/)
  expect(readFileSync(join(path, 'secret-key'), 'utf8')).toBe('')
})
