import { createHash } from 'node:crypto'
import { randomToken } from '../base/index.ts'

/** Distinguishes an API key from a session token. */
export const apiKeyPrefix = 'sk-'

/** Generates a key of 256 random bits. It is shown once; the store keeps only its hash and its first characters. */
export function makeApiKey(): { key: string; hash: string; hint: string } {
  const key = `${apiKeyPrefix}${randomToken(32)}`
  return { key, hash: hashApiKey(key), hint: `${key.slice(0, 8)}…` }
}

/** A fast hash is enough, because 256 random bits cannot be guessed. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
