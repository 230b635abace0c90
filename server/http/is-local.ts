import type { IncomingMessage } from 'node:http'

const forwarding = ['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip']

/**
 * Whether a request comes from a person or program on this machine: over the loopback, from no proxy, and to a name of
 * the loopback, since a page of another site can point a name of its own at 127.0.0.1 (DNS rebinding). A proxy that adds
 * nothing and rewrites Host gives itself away by HTTP/1.0 or by the origin of the page.
 */
export function isLocal({ socket, headers, httpVersion }: IncomingMessage): boolean {
  const peer = socket.remoteAddress?.replace(/^::ffff:/i, '') ?? ''
  if (!isLoopback(peer) || httpVersion === '1.0') return false
  const names = Object.keys(headers)
  if (names.some((name) => name.startsWith('x-forwarded-') || forwarding.includes(name))) return false
  const { host = '', origin } = headers
  return (
    loopbackHost.test(host) &&
    (origin === undefined || loopbackHost.test(origin.replace(/^https?:\/\//i, '')))
  )
}

const loopbackHost = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i

function isLoopback(address: string): boolean {
  return address === '::1' || loopbackHost.test(address)
}
