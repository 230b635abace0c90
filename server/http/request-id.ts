import type { IncomingMessage } from 'node:http'
import { randomToken } from '../base/index.ts'

/**
 * Returns the function that gives each request an id: the `x-request-id` of a trusted proxy if it is well-formed,
 * otherwise a generated id that is unique across instances. Ids of other clients are ignored, because they could be
 * reused or forged.
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
