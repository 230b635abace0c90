import type { QueryClient } from '@tanstack/react-query'
import { call } from '../../api/call.ts'
import { forgetStored } from '../storage/safe-storage.ts'

const channelName = 'shoal:session'

/** Ends this session, and forgets what this browser kept of it, in every tab. */
export async function signOut(everywhere = false): Promise<void> {
  await (everywhere ? call('signOutEverywhere') : call('signOut'))
  forgetStored()
  const channel = new BroadcastChannel(channelName)
  channel.postMessage('signed-out')
  channel.close()
  // A fresh page has nothing in memory either.
  location.assign('/')
}

/** Follows a sign-out in another tab. Returns how to stop. */
export function followSignOut(queryClient: QueryClient): () => void {
  const channel = new BroadcastChannel(channelName)
  channel.addEventListener('message', () => {
    queryClient.clear()
    location.assign('/')
  })
  return () => channel.close()
}
