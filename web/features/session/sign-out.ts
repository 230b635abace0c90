import type { QueryClient } from '@tanstack/react-query'
import { storagePrefix, withBase } from '../../api/base-path.ts'
import { call } from '../../api/call.ts'
import { newId } from '../../base/new-id.ts'
import { forgetStored, writeStored } from '../storage/safe-storage.ts'

const mark = 'signed-out'

/** Ends this session, and forgets what this browser kept of it, in every tab. */
export async function signOut(everywhere = false): Promise<void> {
  await (everywhere ? call('signOutEverywhere') : call('signOut'))
  forgetStored()
  // Where storage is refused, the other tabs learn it from their sockets.
  writeStored(mark, newId())
  // A fresh page has nothing in memory either.
  location.assign(withBase('/'))
}

/** Follows a sign-out in another tab. Returns how to stop. */
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
