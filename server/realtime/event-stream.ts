import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { id, position } from '../../protocol/index.ts'
import { Connection } from './connection.ts'
import type { Credentials, Peer, RealtimePorts } from './ports.ts'

/** What a reader of the fallback asks for, in the query: `GET /api/live?tab=…&follow=[{"runId":…,"position":…}]`. */
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
})

/**
 * The same frames as server-sent events, for proxies that break WebSockets. What a client would say by frames it says
 * by HTTP; to follow something else it opens a new stream, on any instance.
 */
export async function openEventStream(
  ports: RealtimePorts,
  response: ServerResponse,
  query: z.infer<typeof eventStreamQuery>,
  { credentials, peer }: { credentials: Credentials; peer: Peer },
): Promise<void> {
  const connection = new Connection({
    ports,
    transport: {
      send: (data, sent) => {
        response.write(`data: ${data}\n\n`, () => sent())
      },
      buffered: () => response.writableLength,
    },
    close: () => response.end(),
    logger: ports.logger,
  })
  response.on('close', () => connection.closed())
  response.on('error', (error) => ports.logger.debug({ err: error }, 'an event stream failed'))
  ports.hub.add(connection)
  try {
    const { user, sessionId } = await ports.authenticate(credentials, peer)
    connection.assertRoom(user.id)
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx would keep the words back otherwise.
      'x-accel-buffering': 'no',
    })
    // Proxies and browsers that wait for some bytes before they show any.
    response.write(`:${' '.repeat(2048)}\nretry: 500\n\n`)
    connection.greet({ user, sessionId, tab: query.tab, credentials, peer })
    await Promise.all(query.follow.map(({ runId, position: from }) => connection.follow(runId, from)))
  } catch (error) {
    connection.closed()
    throw error
  }
}
