import { createHmac, timingSafeEqual } from 'node:crypto'
import { randomToken } from '../base/index.ts'

/** Accounts of one browser that are remembered. */
const maxAccounts = 5

/**
 * Which accounts a browser has signed in to, as a value that it keeps: a random name, and a proof for each account. Such
 * a browser is not slowed down by what others guess (OWASP's "device cookies").
 */
export interface KnownDevices {
  /** The value to keep after a sign-in; `former`: what the browser had. */
  mark(email: string, former: string | undefined): string
  /** Names the browser, where it has signed in to this account before. */
  find(email: string, value: string | undefined): string | undefined
}

export function createKnownDevices(secretKey: string): KnownDevices {
  const proofOf = (device: string, email: string): string =>
    createHmac('sha256', secretKey)
      .update(`shoal known device\0${device}\0${email.toLowerCase()}`)
      .digest('base64url')
      .slice(0, 22)

  return {
    mark(email, former = '') {
      const [name = '', ...proofs] = former.split('.')
      // A name of another form was not made here.
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
