import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const version = 'v1'

/**
 * Keeps provider keys unreadable in the database: AES-256-GCM (NIST SP 800-38D) under a key derived from
 * WEBUI_SECRET_KEY by HKDF-SHA-256 (RFC 5869). `bound` is authenticated with it, so that a sealed key moved to another
 * row does not open.
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

  /** Undefined: sealed under another secret, for another row, or damaged. */
  open(sealed: string, bound: string): string | undefined {
    const [head, body = ''] = sealed.split('.')
    const bytes = Buffer.from(body, 'base64url')
    if (head !== version || bytes.length < 28) return undefined
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
    decipher.setAAD(Buffer.from(bound)).setAuthTag(bytes.subarray(12, 28))
    try {
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8')
    } catch {
      // The only error here is a tag that does not fit, and the answer says that.
      return undefined
    }
  }
}
