import { createHmac, timingSafeEqual } from 'node:crypto'
import { randomToken } from '../base/index.ts'

/** Maximum number of accounts remembered for one browser. */
const maxAccounts = 5

/**
 * Encodes in a cookie value which accounts a browser has signed in to: a random device name and a proof for each
 * account. Sign-ins of such a browser are not limited by other clients' wrong guesses (OWASP's "device cookies").
 */
export interface KnownDevices {
  /** Returns the cookie value after a sign-in to this account. `former` is the value that the browser had before. */
  addAccount(email: string, former: string | undefined): string
  /** The name of the device if it has signed in to this account before, otherwise undefined. */
  find(email: string, value: string | undefined): string | undefined
}

export function createKnownDevices(secretKey: string): KnownDevices {
  const proofOf = (device: string, email: string): string =>
    createHmac('sha256', secretKey)
      .update(`shoal known device\0${device}\0${email.toLowerCase()}`)
      .digest('base64url')
      .slice(0, 22)

  return {
    addAccount(email, former = '') {
      const [name = '', ...proofs] = former.split('.')
      // A name in any other format is forged.
      const isOurs = /^[\w-]{16}$/.test(name)
      const device = isOurs ? name : randomToken(12)
      const mine = proofOf(device, email)
      const others = isOurs ? proofs.filter((proof) => proof !== mine) : []
      return [device, mine, ...others.slice(0, maxAccounts - 1)].join('.')
    },
    find(email, value = '') {
      const [device = '', ...proofs] = value.split('.')
      const expected = Buffer.from(proofOf(device, email))
      const isKnown = proofs.slice(0, maxAccounts).some((proof) => {
        const given = Buffer.from(proof)
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
      return isKnown ? device : undefined
    },
  }
}
