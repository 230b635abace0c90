import { createContext, use } from 'react'
import type { UserView } from '../../../protocol/http/users.ts'

const Me = createContext<UserView | undefined>(undefined)

/** Wraps everything that needs a signed-in user. */
export const MeProvider = Me.Provider

/** The signed-in user. It is kept up to date, because the name or role may change while the page is open. */
export function useMe(): UserView {
  const me = use(Me)
  if (me === undefined) throw new Error('Nobody is signed in here.')
  return me
}
