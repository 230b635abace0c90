import type { IncomingMessage } from 'node:http'
import { randomToken } from '../base/index.ts'

/**
 * Names requests: by the sane `x-request-id` that a trusted proxy gave, else by one that no other instance makes. Any
 * other client could give many requests one name, and make the log hard to read.
 */
export function createRequestIds(
  isForwardingTrusted: (request: IncomingMessage) => boolean,
): (request: IncomingMessage) => string {
  const prefix = randomToken(6)
  let count = 0
  return (request) => {
    const given = request.headers['x-request-id']
    if (typeof given === 'string' && isForwardingTrusted(request) && /^[A-Za-z0-9._:=-]{1,100}$/.test(given))
      return given
    return `${prefix}-${(++count).toString(36)}`
  }
}
