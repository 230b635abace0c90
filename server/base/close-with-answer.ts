import type { Duplex } from 'node:stream'

/** A client may take this long to read the answer and to close its side. */
const closeWithinMs = 2000

/**
 * Writes the whole answer of a request that Node's HTTP server does not serve, and closes the connection. Node allows
 * half-open connections, so one whose client never closes its side has to be ended here.
 */
export function closeWithAnswer(
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
