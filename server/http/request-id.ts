import type { IncomingMessage } from 'node:http'
import { randomToken } from '../base/index.ts'

/** Names requests: by the sane `x-request-id` that a proxy gave, else by one that no other instance makes. */
export function createRequestIds(): (request: IncomingMessage) => string {
  const prefix = randomToken(6)
  let count = 0
  return ({ headers }) => {
    const given = headers['x-request-id']
    if (typeof given === 'string' && /^[A-Za-z0-9._:=-]{1,100}$/.test(given)) return given
    return `${prefix}-${(++count).toString(36)}`
  }
}
