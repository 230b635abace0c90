import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { AppError, id, position } from '../../protocol/index.ts'
import { guarded } from '../base/index.ts'
import { LiveSocket } from './live-socket.ts'
import type { Transport } from './outbox.ts'
import { PollEnd } from './poll-end.ts'
import type { Credentials } from '../accounts/index.ts'
import type { RealtimePorts } from './ports.ts'

/**
 * The query of the fallback: `GET /api/live?tab=…&follow=[{"runId":…,"position":…}]`. With `hold` the request is a
 * poll: the response ends after that many ms, or soon after a frame that is not only a ping or an unchanged state.
 */
export const eventStreamQuery = z.object({
  tab: id,
  follow: z
    .string()
    .max(20_000)
    .default('[]')
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'must be a JSON list' })
        return z.NEVER
      }
    })
    .pipe(z.array(z.object({ runId: id, position: position.optional() })).max(50)),
  /** As in the frame `hello`. */
  rereads: z.stringbool().optional(),
  hold: z.coerce.number().int().min(0).max(30_000).optional(),
})

/**
 * Sends the frames of the WebSocket as server-sent events, for proxies that break WebSockets. A client uses HTTP
 * requests instead of its own frames; to follow another run it opens a new stream, on any instance.
 */
export async function openEventStream(
  ports: RealtimePorts,
  response: ServerResponse,
  query: z.infer<typeof eventStreamQuery>,
  credentials: Credentials,
): Promise<void> {
  const end = guarded({ logger: ports.logger, event: 'end of a poll' }, () => {
    socket.closed()
    response.end()
  })
  const poll = new PollEnd(ports.clock, end)
  const { hold } = query
  const socket = new LiveSocket({
    ports,
    isFallback: true,
    ...(hold === undefined ? {} : { beforeSend: (frame) => poll.observe(frame) }),
    transport: transportOver(response),
    // Before the headers are sent, the request is not ended here: it can still get an error response.
    close: () => void (response.headersSent && response.end()),
    logger: ports.logger,
  })
  response.on(
    'close',
    guarded({ logger: ports.logger, event: 'event stream close' }, () => {
      poll.cancel()
      socket.closed()
    }),
  )
  response.on('error', (error) => ports.logger.debug({ err: error }, 'an event stream failed'))
  ports.hub.add(socket)
  try {
    const { user } = await ports.authenticate(credentials)
    await socket.reservePageSlot(user.id)
    const caller = await ports.authenticate(credentials)
    // This instance began to drain, or was cut off, while the session was read.
    if (!socket.open) throw new AppError('draining')
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Without this header nginx buffers the frames.
      'x-accel-buffering': 'no',
    })
    // Padding: some proxies and browsers pass nothing on before they have received about 2 KB.
    response.write(`:${' '.repeat(2048)}\nretry: 500\n\n`)
    socket.welcome({ caller, tab: query.tab, rereads: query.rereads ?? false, credentials })
    await Promise.all(query.follow.map(({ runId, position: from }) => socket.follow(runId, from)))
    if (hold !== undefined) poll.opened(hold)
  } catch (error) {
    socket.closed()
    if (!response.headersSent) throw error
    // The client reconnects from its position.
    ports.logger.debug({ err: error }, 'an event stream could not be served')
    response.end()
  }
}

function transportOver(response: ServerResponse): Transport {
  return {
    send(data, sent) {
      if (response.headersSent) response.write(`data: ${data}\n\n`, () => sent())
    },
    buffered: () => response.writableLength,
  }
}
