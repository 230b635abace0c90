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
 * What a reader of the fallback asks for, in the query: `GET /api/live?tab=…&follow=[{"runId":…,"position":…}]`. With
 * `hold` the response ends, after so many ms or soon after something is to be told: a poll.
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
  /** As in hello. */
  rereads: z.stringbool().optional(),
  hold: z.coerce.number().int().min(0).max(30_000).optional(),
})

/**
 * The same frames as server-sent events, for proxies that break WebSockets. What a client would say by frames it says
 * by HTTP; to follow something else it opens a new stream, on any instance.
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
    ...(hold === undefined ? {} : { sending: (frame) => poll.sending(frame) }),
    transport: transportOver(response),
    // Until the head is written it can still be a refusal.
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
    await socket.takeRoom(user.id)
    const caller = await ports.authenticate(credentials)
    // This instance was told to stop, or lost its services, while the session was read.
    if (!socket.open) throw new AppError('draining')
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx would keep the words back otherwise.
      'x-accel-buffering': 'no',
    })
    // Proxies and browsers that wait for some bytes before they show any.
    response.write(`:${' '.repeat(2048)}\nretry: 500\n\n`)
    socket.greet({ caller, tab: query.tab, rereads: query.rereads ?? false, credentials })
    await Promise.all(query.follow.map(({ runId, position: from }) => socket.follow(runId, from)))
    if (hold !== undefined) poll.opened(hold)
  } catch (error) {
    socket.closed()
    if (!response.headersSent) throw error
    // Its reader comes back from where it stands.
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
