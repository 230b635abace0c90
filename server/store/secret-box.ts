import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const version = 'v1'

/**
 * Encrypts provider keys in the database: AES-256-GCM (NIST SP 800-38D) with a key derived from WEBUI_SECRET_KEY by
 * HKDF-SHA-256 (RFC 5869). `bound` (the row's id) is authenticated as well, so that a sealed key that was moved to
 * another row cannot be opened.
 */
export class SecretBox {
  readonly #key: Buffer

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'shoal connection keys', 32))
  }

  seal(plain: string, bound: string): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(bound))
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return `${version}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`
  }

  /** Undefined if the key was sealed with another secret or for another row, or is damaged. */
  open(sealed: string, bound: string): string | undefined {
    const [head, body = ''] = sealed.split('.')
    const bytes = Buffer.from(body, 'base64url')
    if (head !== version || bytes.length < 28) return undefined
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
    decipher.setAAD(Buffer.from(bound)).setAuthTag(bytes.subarray(12, 28))
    try {
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8')
    } catch {
      // The only possible error is an authentication tag that does not match, which undefined reports.
      return undefined
    }
  }
}
