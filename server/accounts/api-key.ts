import { createHash } from 'node:crypto'
import { randomToken } from '../base/index.ts'

/** Tells an API key from a session's token. */
export const apiKeyPrefix = 'sk-'

/** A new key: 256 random bits. It is shown once; the store has its hash and its first characters. */
export function makeApiKey(): { key: string; hash: string; hint: string } {
  const key = `${apiKeyPrefix}${randomToken(32)}`
  return { key, hash: hashApiKey(key), hint: `${key.slice(0, 8)}…` }
}

/** A plain hash is enough: nobody guesses 256 bits. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
