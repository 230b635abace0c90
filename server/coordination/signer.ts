import { Buffer } from 'node:buffer'
import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Characters of a signature: 128 bits as base64url. */
export const signatureLength = 22

/**
 * Signs what this installation writes to Redis, and checks what it reads there. Whoever can write to Redis without
 * the secret can delete or hold back, but not invent words, events or stops.
 */
export interface Signer {
  /** `purpose` and everything that must not be exchanged (run, position, topic) belong to the signed text. */
  sign(purpose: 'log' | 'bus' | 'installation', text: string): string
  verify(purpose: 'log' | 'bus' | 'installation', text: string, signature: string): boolean
}

/** HMAC-SHA256 under a key that HKDF derives from the installation's secret; the signature is its first half. */
export function createSigner(secret: string): Signer {
  // As a key object: with its bytes, each signature costs six times as much in Node 24.
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'shoal redis messages', 32)))
  const digest = (purpose: string, text: string): Buffer =>
    createHmac('sha256', key).update(`${purpose}\0${text}`).digest().subarray(0, 16)
  return {
    sign: (purpose, text) => digest(purpose, text).toString('base64url'),
    verify(purpose, text, signature) {
      if (signature.length !== signatureLength) return false
      const given = Buffer.from(signature, 'base64url')
      return given.length === 16 && timingSafeEqual(given, digest(purpose, text))
    },
  }
}
