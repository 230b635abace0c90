import { AppError, framesVersion } from '../../protocol/index.ts'
import type { ClientFrameOf } from '../../protocol/index.ts'
import type { Connection } from './connection.ts'
import type { Credentials, Peer, RealtimePorts } from './ports.ts'

export interface HelloFrom {
  cookies: string | undefined
  peer: Peer
  /** The handshake came from a page of ours, or from no browser. */
  ownOrigin: boolean
}

/** Answers hello. The connection is registered before the last check, so that no revocation falls between (P5). */
export async function hello(
  connection: Connection,
  frame: ClientFrameOf<'hello'>,
  { cookies, peer, ownOrigin }: HelloFrom,
): Promise<void> {
  if (connection.speaker) return
  if (frame.v !== framesVersion) {
    connection.close('wrongVersion')
    return
  }
  const { ports } = connection
  try {
    if (!ownOrigin && !(await isProven(ports, frame, { cookies, peer }))) {
      connection.close('originUnproven')
      return
    }
    const credentials = credentialsOf(frame.token, cookies)
    const known = await ports.authenticate(credentials, peer)
    await connection.takeRoom(known.user.id)
    ports.hub.add(connection)
    const { user, sessionId, expiresAt } = await ports.authenticate(credentials, peer)
    if (connection.open)
      connection.greet({
        user,
        sessionId,
        expiresAt,
        tab: frame.tab,
        rereads: frame.rereads ?? false,
        credentials,
        peer,
      })
    else ports.hub.remove(connection)
  } catch (error) {
    ports.hub.remove(connection)
    if (!(error instanceof AppError)) throw error
    connection.send({ t: 'error', error: error.toWire() })
    // What cannot be known now is no reason to forget a session (rule 18).
    if (error.code === 'rate_limited') connection.close('tooMany')
    else connection.close(error.status === 401 || error.status === 403 ? 'unauthenticated' : 'cutOff')
  }
}

/**
 * Whether the cookie may be used though the page's origin is not known for ours: a token that was given says as much as
 * a proof. Whoever has neither learns nothing of the cookie.
 */
async function isProven(
  ports: RealtimePorts,
  { token, proof }: ClientFrameOf<'hello'>,
  { cookies, peer }: Omit<HelloFrom, 'ownOrigin'>,
): Promise<boolean> {
  if (token !== undefined) return true
  if (proof === undefined) return false
  const who = await ports.authenticate(credentialsOf(undefined, cookies), peer).catch((error: unknown) => {
    if (error instanceof AppError && (error.status === 401 || error.status === 403)) return undefined
    throw error
  })
  return typeof who?.sessionId === 'string' && ports.provesOrigin(who.sessionId, proof)
}

function credentialsOf(token: string | undefined, cookies: string | undefined): Credentials {
  if (token !== undefined) return { bearer: token }
  return cookies === undefined ? {} : { cookies }
}
