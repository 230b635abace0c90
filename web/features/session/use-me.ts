import { createContext, use } from 'react'
import type { UserView } from '../../../protocol/http/users.ts'

const Me = createContext<UserView | undefined>(undefined)

/** Around everything that only somebody who is signed in can see. */
export const MeProvider = Me.Provider

/** Who is signed in, as they are now: a name or a role may change while the page is open. */
export function useMe(): UserView {
  const me = use(Me)
  if (me === undefined) throw new Error('Nobody is signed in here.')
  return me
}
