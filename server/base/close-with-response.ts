import type { Duplex } from 'node:stream'

/** How long a client may take to read the response and to close its side, ms. */
const closeWithinMs = 2000

/**
 * Writes the whole response to a request that Node's HTTP server does not serve, and closes the connection. Node allows
 * half-open connections, so a connection whose client never closes its side must be destroyed here.
 */
export function closeWithResponse(
  socket: Duplex,
  { status, body, headers = {} }: { status: string; body: string; headers?: Record<string, string> },
): void {
  socket.on('error', () => {})
  const timer = setTimeout(() => socket.destroy(), closeWithinMs)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
  socket.resume()
  const head = {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    ...headers,
  }
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      ...Object.entries(head).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  )
}
