import { clientFrames } from '../../../protocol/index.ts'
import type { ClientFrame, ClientFrameName, ClientFrameOf } from '../../../protocol/index.ts'
import type { Connection } from '../connection.ts'
import { follow } from './follow.ts'
import { ping } from './ping.ts'
import { runStart } from './run-start.ts'
import { runStop } from './run-stop.ts'
import { toWire } from './tell-error.ts'
import { unfollow } from './unfollow.ts'

export type FrameHandler<K extends ClientFrameName> = (
  connection: Connection,
  frame: ClientFrameOf<K>,
) => void | Promise<void>

/** A handler per frame; `hello` is the transport's, which knows the cookie. */
const handlers: { [K in Exclude<ClientFrameName, 'hello'>]: FrameHandler<K> } = {
  follow,
  unfollow,
  'run.start': runStart,
  'run.stop': runStop,
  ping,
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
