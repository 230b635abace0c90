import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The code that the first user must enter to sign up from another machine, so that no outsider becomes administrator.
 */
export interface SetupCode {
  readonly text: string
  /** Accepts the code without dashes, in lower case, and with O typed for 0 or I or L typed for 1. */
  matches(typed: string): boolean
}

/** Crockford's base 32, which has no I, L, O and U. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The code has 60 bits. It is derived from the secret, so all instances compute the same code and do not store it. */
export function createSetupCode({
  secretKey,
  installationId,
}: {
  secretKey: string
  installationId: string
}): SetupCode {
  const bytes = createHmac('sha256', secretKey).update(`shoal setup code\0${installationId}`).digest()
  const code = Array.from(bytes.subarray(0, 12), (byte) => letters[byte % 32]).join('')
  const expected = Buffer.from(code)
  return {
    text: code.match(/.{4}/g)?.join('-') ?? code,
    matches(typed) {
      const given = Buffer.from(
        typed
          .toUpperCase()
          .replaceAll(/[^0-9A-Z]/g, '')
          .replaceAll('O', '0')
          .replaceAll(/[IL]/g, '1'),
      )
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}
