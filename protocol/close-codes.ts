/**
 * Why the server closes a socket, and what the client does then. 4000–4099: it reconnects; 4100–4199: it does not
 * reconnect, and forgets the session. The ranges tell an old client what to do with a code that it does not know.
 */
export const closeCodes = {
  draining: { code: 4000, reconnect: true, clearSession: false, reason: 'this instance is shutting down' },
  slow: {
    code: 4001,
    reconnect: true,
    clearSession: false,
    reason: 'the connection is too slow; reconnect and resume from your position',
  },
  cutOff: { code: 4002, reconnect: true, clearSession: false, reason: 'this instance has lost its services' },
  flood: { code: 4003, reconnect: true, clearSession: false, reason: 'too many frames' },
  helloMissing: { code: 4004, reconnect: true, clearSession: false, reason: 'the first frame must be hello' },
  badFrame: { code: 4005, reconnect: true, clearSession: false, reason: 'a frame could not be read' },
  silent: {
    code: 4006,
    reconnect: true,
    clearSession: false,
    reason: 'the client sent nothing for too long',
  },
  tooMany: { code: 4007, reconnect: true, clearSession: false, reason: 'you have too many pages open' },
  originUnproven: {
    code: 4008,
    reconnect: true,
    clearSession: false,
    reason: 'the page’s origin is unknown; send the proof of GET /api/auth/origin-proof',
  },
  signedOut: { code: 4100, reconnect: false, clearSession: true, reason: 'signed out' },
  unauthenticated: { code: 4101, reconnect: false, clearSession: true, reason: 'sign in first' },
  wrongVersion: {
    code: 4102,
    reconnect: false,
    clearSession: false,
    reason: 'reload the page: it is older than the server',
  },
} as const

export type CloseReason = keyof typeof closeCodes

/** What a client does after a close code, known or unknown (a lost connection has 1005 or 1006). */
export function onClose(code: number): { reconnect: boolean; clearSession: boolean } {
  const known = Object.values(closeCodes).find((entry) => entry.code === code)
  if (known) return { reconnect: known.reconnect, clearSession: known.clearSession }
  return code >= 4100 && code < 4200
    ? { reconnect: false, clearSession: true }
    : { reconnect: true, clearSession: false }
}
