import type { QueryClient } from '@tanstack/react-query'
import { storagePrefix, withBase } from '../../api/base-path.ts'
import { call } from '../../api/call.ts'
import { newId } from '../../base/new-id.ts'
import { forgetStored, writeStored } from '../storage/safe-storage.ts'

const mark = 'signed-out'

/** Ends this session (or all sessions of the user) and removes the user’s data from this browser, in every tab. */
export async function signOut(everywhere = false): Promise<void> {
  await (everywhere ? call('signOutEverywhere') : call('signOut'))
  forgetStored()
  // Notifies the other tabs. If storage is unavailable, they notice by their sockets instead.
  writeStored(mark, newId())
  // A full page load also clears everything in memory.
  location.assign(withBase('/'))
}

/** Clears this tab’s data and reloads it when another tab signs out. Returns the function that stops listening. */
export function followSignOut(queryClient: QueryClient): () => void {
  const follow = (event: StorageEvent): void => {
    if (event.key !== `${storagePrefix}${mark}` || event.newValue === null) return
    queryClient.clear()
    forgetStored()
    location.assign(withBase('/'))
  }
  addEventListener('storage', follow)
  return () => removeEventListener('storage', follow)
}
