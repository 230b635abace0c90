import { AppError, clientFrames } from '../../protocol/index.ts'
import type { ClientFrame, ClientFrameName, ClientFrameOf, WireError } from '../../protocol/index.ts'
import { requireAccess } from '../accounts/index.ts'
import { newId, Unavailable } from '../base/index.ts'
import type { LiveSocket } from './live-socket.ts'

type FrameHandler<K extends ClientFrameName> = (
  socket: LiveSocket,
  frame: ClientFrameOf<K>,
) => void | Promise<void>

/** A handler per frame; the transport handles `hello`, since it knows the cookie. */
const handlers: { [K in Exclude<ClientFrameName, 'hello'>]: FrameHandler<K> } = {
  follow: (socket, { runId, position }) => socket.follow(runId, position),
  unfollow: (socket, { runId }) => socket.unfollow(runId),
  'run.start': startRun,
  'run.stop': stopRun,
  ping: (socket) => socket.send({ t: 'pong' }),
}

/** Parses a frame. Undefined if the data is not a valid frame. */
export function parseFrame(data: string): ClientFrame | undefined {
  let raw: unknown
  try {
    raw = JSON.parse(data)
  } catch {
    return undefined
  }
  const name = typeof raw === 'object' && raw !== null && 't' in raw ? raw.t : undefined
  if (typeof name !== 'string' || !Object.hasOwn(clientFrames, name)) return undefined
  const parsed = clientFrames[name as ClientFrameName].safeParse(raw)
  return parsed.success ? parsed.data : undefined
}

/** Handles a frame. Errors are sent back as frames; an unexpected one is logged, and the socket stays open. */
export async function handleFrame(
  socket: LiveSocket,
  frame: Exclude<ClientFrame, { t: 'hello' }>,
): Promise<void> {
  try {
    const handler = handlers[frame.t] as FrameHandler<typeof frame.t>
    await handler(socket, frame)
  } catch (error) {
    const wire = toWire(socket, error, frame.t)
    if ('ref' in frame) socket.send({ t: 'reply', ref: frame.ref, ok: false, error: wire })
    else socket.send({ t: 'error', error: wire })
  }
}

/** Starts a run and follows it on this socket at once, so that the client needs no `follow` frame. */
async function startRun(
  socket: LiveSocket,
  { ref, run: request }: ClientFrameOf<'run.start'>,
): Promise<void> {
  const { client, ports } = socket
  if (!client) return
  requireAccess(client.caller, 'user')
  const run = await ports.chat.startRun(client.caller.user.id, request, { tab: client.tab })
  socket.send({ t: 'reply', ref, ok: true, run })
  // The start has its reply already: a later failure must not become a second reply.
  await socket.follow(run.runId, undefined).catch((error: unknown) => {
    socket.send({ t: 'error', error: toWire(socket, error, 'follow') })
  })
}

async function stopRun(socket: LiveSocket, { ref, runId }: ClientFrameOf<'run.stop'>): Promise<void> {
  const { client, ports } = socket
  if (!client) return
  await ports.chat.stopRun(client.caller.user.id, runId)
  socket.send({ t: 'reply', ref, ok: true })
}

/** The error that a client gets if a handler throws. An unexpected one is logged under the id that the client gets. */
function toWire(socket: LiveSocket, error: unknown, frame: string): WireError {
  const known = asAppError(error)
  if (known) return known.toWire()
  const errorId = newId()
  socket.logger.error({ err: error, errorId, frame }, 'handling a frame failed unexpectedly')
  return new AppError('internal').toWire(errorId)
}

function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (!(error instanceof Unavailable)) return undefined
  return new AppError(error.kind === 'full' ? 'storage_full' : 'store_unavailable', { cause: error })
}
