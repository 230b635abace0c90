import { AppError, clientFrames } from '../../protocol/index.ts'
import type { ClientFrame, ClientFrameName, ClientFrameOf, WireError } from '../../protocol/index.ts'
import { newId, Unavailable } from '../base/index.ts'
import type { Connection } from './connection.ts'

type FrameHandler<K extends ClientFrameName> = (
  connection: Connection,
  frame: ClientFrameOf<K>,
) => void | Promise<void>

/** A handler per frame; `hello` is the transport's, which knows the cookie. */
const handlers: { [K in Exclude<ClientFrameName, 'hello'>]: FrameHandler<K> } = {
  follow: (connection, { runId, position }) => connection.follow(runId, position),
  unfollow: (connection, { runId }) => connection.unfollow(runId),
  'run.start': startRun,
  'run.stop': stopRun,
  ping: (connection) => connection.send({ t: 'pong' }),
}

/** Reads a frame. Undefined: it is none. */
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

/** Does what a frame asks. Expected errors go back as frames; anything else is a bug and closes nothing. */
export async function handleFrame(
  connection: Connection,
  frame: Exclude<ClientFrame, { t: 'hello' }>,
): Promise<void> {
  try {
    const handler = handlers[frame.t] as FrameHandler<typeof frame.t>
    await handler(connection, frame)
  } catch (error) {
    const wire = toWire(connection, error, frame.t)
    if ('ref' in frame) connection.send({ t: 'reply', ref: frame.ref, ok: false, error: wire })
    else connection.send({ t: 'error', error: wire })
  }
}

/** Starts a run and follows it on this connection at once: its words need no further frame. */
async function startRun(
  connection: Connection,
  { ref, run: request }: ClientFrameOf<'run.start'>,
): Promise<void> {
  const { speaker, ports } = connection
  if (!speaker) return
  if (speaker.user.role === 'pending') throw new AppError('account_pending')
  if (speaker.user.mustChangePassword) throw new AppError('password_change_required')
  const run = await ports.chat.startRun(speaker.user.id, request, { tab: speaker.tab })
  connection.send({ t: 'reply', ref, ok: true, run })
  // The start has its reply: whatever fails now is no second one.
  await connection.follow(run.runId, undefined).catch((error: unknown) => {
    connection.send({ t: 'error', error: toWire(connection, error, 'follow') })
  })
}

async function stopRun(connection: Connection, { ref, runId }: ClientFrameOf<'run.stop'>): Promise<void> {
  const { speaker, ports } = connection
  if (!speaker) return
  await ports.chat.stopRun(speaker.user.id, runId)
  connection.send({ t: 'reply', ref, ok: true })
}

/** The error that a client gets for anything a handler threw; a bug is logged under the id that the client gets. */
function toWire(connection: Connection, error: unknown, frame: string): WireError {
  const known = asAppError(error)
  if (known) return known.toWire()
  const errorId = newId()
  connection.logger.error({ err: error, errorId, frame }, 'a frame failed unexpectedly')
  return new AppError('internal').toWire(errorId)
}

function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (!(error instanceof Unavailable)) return undefined
  return new AppError(error.kind === 'full' ? 'storage_full' : 'store_unavailable', { cause: error })
}
