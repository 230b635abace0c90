import type { IncomingMessage } from 'node:http'

const forwarding = ['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip']

/**
 * Whether a request comes from this machine: over the loopback interface, not through a proxy, and to a loopback name,
 * because another site can point its own name at 127.0.0.1 (DNS rebinding). A proxy that adds no headers and rewrites
 * Host is recognized by HTTP/1.0 or by the origin of the page.
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
