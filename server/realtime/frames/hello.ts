import { AppError, framesVersion } from '../../../protocol/index.ts'
import type { ClientFrameOf } from '../../../protocol/index.ts'
import type { Connection } from '../connection.ts'
import type { Credentials, Peer } from '../ports.ts'

/** Answers hello. The connection is registered before the last check, so that no revocation falls between (DESIGN §6). */
export async function hello(
  connection: Connection,
  frame: ClientFrameOf<'hello'>,
  { cookieToken, peer }: { cookieToken: string | undefined; peer: Peer },
): Promise<void> {
  if (connection.speaker) return
  if (frame.v !== framesVersion) {
    connection.close('wrongVersion')
    return
  }
  const { ports } = connection
  try {
    const credentials = credentialsOf(frame.token, cookieToken)
    await ports.authenticate(credentials, peer)
    ports.hub.add(connection)
    const { user, sessionId } = await ports.authenticate(credentials, peer)
    if (connection.open) {
      connection.assertRoom(user.id)
      connection.greet({ user, sessionId, tab: frame.tab, credentials, peer })
    } else ports.hub.remove(connection)
  } catch (error) {
    ports.hub.remove(connection)
    if (!(error instanceof AppError)) throw error
    connection.send({ t: 'error', error: error.toWire() })
    // What cannot be known now is no reason to forget a session (rule 18).
    if (error.code === 'rate_limited') connection.close('tooMany')
    else connection.close(error.status === 401 || error.status === 403 ? 'unauthenticated' : 'cutOff')
  }
}

function credentialsOf(token: string | undefined, cookieToken: string | undefined): Credentials {
  if (token !== undefined) return { bearer: token }
  return cookieToken === undefined ? {} : { cookieToken }
}
