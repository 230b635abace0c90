import { Buffer } from 'node:buffer'
import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'

/** The number of characters of a signature: 128 bits as base64url. */
export const signatureLength = 22

/**
 * Signs the data that this installation writes to Redis, and verifies the data that it reads. A program that can write
 * to Redis but does not have the secret can delete or delay text, events and stops, but cannot forge them.
 */
export interface Signer {
  /** `text` must include the run and position, or the topic: otherwise signed data could be moved to another one. */
  sign(purpose: 'log' | 'bus' | 'installation', text: string): string
  verify(purpose: 'log' | 'bus' | 'installation', text: string, signature: string): boolean
}

/** Uses HMAC-SHA256 with a key that HKDF derives from the installation's secret. The signature is the first half. */
export function createSigner(secret: string): Signer {
  // A key object, because a signature with the key's bytes costs six times as much in Node 24.
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
