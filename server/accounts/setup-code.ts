import { createHmac, timingSafeEqual } from 'node:crypto'

/** What the first visitor from another machine has to know, so that no stranger becomes the administrator. */
export interface SetupCode {
  readonly text: string
  /** However it is typed: without dashes, in lower case, with an O for a zero. */
  fits(typed: string): boolean
}

/** Crockford's base 32: no I, L, O and U. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 60 bits, derived: every instance of an installation knows the same one, and none is stored. */
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
    fits(typed) {
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
