import type { QueryClient } from '@tanstack/react-query'
import { storagePrefix, withBase } from '../../api/base-path.ts'
import { call } from '../../api/call.ts'
import { newId } from '../../base/new-id.ts'
import { clearStored, writeStored } from '../storage/safe-storage.ts'

const signedOutKey = 'signed-out'

/** Ends this session (or all sessions of the user) and removes the user’s data from this browser, in every tab. */
export async function signOut(everywhere = false): Promise<void> {
  await (everywhere ? call('signOutEverywhere') : call('signOut'))
  clearStored()
  // Notifies the other tabs. If storage is unavailable, they notice by their sockets instead.
  writeStored(signedOutKey, newId())
  // A full page load also clears everything in memory.
  location.assign(withBase('/'))
}

/** Clears this tab’s data and reloads it when another tab signs out. Returns the function that stops listening. */
export function followSignOut(queryClient: QueryClient): () => void {
  const follow = (event: StorageEvent): void => {
    if (event.key !== `${storagePrefix}${signedOutKey}` || event.newValue === null) return
    queryClient.clear()
    clearStored()
    location.assign(withBase('/'))
  }
  addEventListener('storage', follow)
  return () => removeEventListener('storage', follow)
}
