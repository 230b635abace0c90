import { AppError, framesVersion } from '../../protocol/index.ts'
import type { ClientFrameOf } from '../../protocol/index.ts'
import type { LiveSocket } from './live-socket.ts'
import { sessionIdOf } from '../accounts/index.ts'
import type { Credentials } from '../accounts/index.ts'
import type { RealtimePorts } from './ports.ts'

export interface HelloFrom {
  cookies: string | undefined
  /** The handshake came from Shoal's own page, or from a client that is not a browser. */
  ownOrigin: boolean
}

/** Answers `hello`. Registers the socket before the last check of the session, so that no revocation is missed (P5). */
export async function hello(
  socket: LiveSocket,
  frame: ClientFrameOf<'hello'>,
  { cookies, ownOrigin }: HelloFrom,
): Promise<void> {
  if (socket.client) return
  if (frame.v !== framesVersion) {
    socket.close('wrongVersion')
    return
  }
  const { ports } = socket
  try {
    if (!ownOrigin && !(await isProven(ports, frame, cookies))) {
      socket.close('originUnproven')
      return
    }
    const credentials = credentialsOf(frame.token, cookies)
    const { user } = await ports.authenticate(credentials)
    await socket.reservePageSlot(user.id)
    ports.hub.add(socket)
    const caller = await ports.authenticate(credentials)
    if (socket.open) socket.welcome({ caller, tab: frame.tab, rereads: frame.rereads ?? false, credentials })
    else ports.hub.remove(socket)
  } catch (error) {
    ports.hub.remove(socket)
    if (!(error instanceof AppError)) throw error
    socket.send({ t: 'error', error: error.toWire() })
    // If the session cannot be checked now, the client must keep it (rule 18).
    if (error.code === 'rate_limited') socket.close('tooMany')
    else socket.close(error.status === 401 || error.status === 403 ? 'unauthenticated' : 'cutOff')
  }
}

/**
 * Whether a handshake of an unknown origin is accepted: with a token in the frame, or with a valid proof for the
 * cookie's session. A client without either gets the same answer whether the cookie is valid or not.
 */
async function isProven(
  ports: RealtimePorts,
  { token, proof }: ClientFrameOf<'hello'>,
  cookies: string | undefined,
): Promise<boolean> {
  if (token !== undefined) return true
  if (proof === undefined) return false
  const caller = await ports.authenticate(credentialsOf(undefined, cookies)).catch((error: unknown) => {
    if (error instanceof AppError && (error.status === 401 || error.status === 403)) return undefined
    throw error
  })
  const sessionId = caller ? sessionIdOf(caller) : null
  return sessionId !== null && ports.provesOrigin(sessionId, proof)
}

function credentialsOf(token: string | undefined, cookies: string | undefined): Credentials {
  if (token !== undefined) return { bearer: token }
  return cookies === undefined ? {} : { cookies }
}
