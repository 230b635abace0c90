import type { Epochs } from '../store/contract/epochs.ts'
import type { ApiKeys, Sessions } from '../store/contract/sessions.ts'
import type { Users } from '../store/contract/users.ts'

/** The parts of the store that this layer uses. */
export interface AccountStore {
  users: Users
  sessions: Sessions
  apiKeys: ApiKeys
  epochs: Epochs
}
