import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import type { QueryClient } from '@tanstack/react-query'
import { onClose } from '../../../../protocol/close-codes.ts'
import { withBase } from '../../../api/base-path.ts'
import { ApiError, errorOfReply } from '../../../api/api-error.ts'
import { call, notifySessionExpired } from '../../../api/call.ts'
import { meQuery } from '../../session/me-query.ts'
import { createInterruptions } from '../../../live/interruptions.ts'
import type { Interruption, Interruptions } from '../../../live/interruptions.ts'
import { createLiveClient } from '../../../live/live-client.ts'
import type { LiveClient } from '../../../live/live-client.ts'
import type { SocketStatus } from '../../../live/socket-options.ts'
import { sleep } from '../../../base/clock.ts'
import { newId } from '../../../base/new-id.ts'
import { createChatActions } from './chat-actions.ts'
import type { ChatActions } from './chat-actions.ts'
import { whenSettled } from './pending-sends.ts'
import { refreshAfterGap, applyUserEvent } from './apply-user-event.ts'
import { isOnline, listenForNetwork } from './use-online.ts'

interface Live {
  client: LiveClient
  interruptions: Interruptions
  actions: ChatActions
}

const Context = createContext<Live | null>(null)

/**
 * Creates the live connection of the page, which applies the server’s events to the cache. The caller opens it and
 * closes it at the end.
 */
export function createPageLive(queryClient: QueryClient): LiveClient {
  const live = createLiveClient({
    socketAddress: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${withBase('/ws')}`,
    eventsAddress: withBase('/api/live'),
    tab: newId(),
    prove: async () => (await call('getOriginProof')).proof,
    startRun: (request) => call('startRun', { body: request }),
    stopRun: async (id) => {
      await call('stopRun', { params: { id } })
    },
    toError: errorOfReply,
  })
  live.onEvent((event) => {
    // If the event arrives before the reply to this tab’s own request, its messages would appear next to the pending
    // ones.
    if (event.name === 'messages.changed') whenSettled(event.chatId, () => applyUserEvent(queryClient, event))
    else applyUserEvent(queryClient, event)
  })
  live.onGap(() => refreshAfterGap(queryClient))
  const reconnect = reconnectOrExpire(live, queryClient)
  live.onStatus(() => {
    const status = live.status()
    if (status.state === 'ended' && status.closedBy !== undefined && onClose(status.closedBy).clearSession)
      void reconnect()
  })
  return live
}

/** The response with the new cookie may arrive after the socket of the old cookie was closed, ms. */
const cookieDelayMs = 500

/**
 * Handles a socket that was closed because its session or token has ended. After a password change the browser has a
 * newer token of the same session; the page then reconnects with it.
 */
function reconnectOrExpire(live: LiveClient, queryClient: QueryClient): () => Promise<void> {
  const known = queryClient.getQueryData(meQuery.queryKey)?.id
  let checking = false
  return async () => {
    if (checking) return
    checking = true
    try {
      await sleep(cookieDelayMs)
      const me = await call('getMe')
      // Another user has signed in to this browser: nothing of the first user may stay on the page.
      if (known !== undefined && me.id !== known) location.reload()
      else live.open()
    } catch (error) {
      // `call` has already reported `unauthenticated`.
      if (!(error instanceof ApiError && error.code === 'unauthenticated')) notifySessionExpired()
    } finally {
      checking = false
    }
  }
}

export function LiveProvider({
  client,
  onCreated,
  children,
}: {
  client: LiveClient
  onCreated: (chatId: string) => Promise<void>
  children: ReactNode
}): ReactNode {
  const queryClient = useQueryClient()
  const [interruptions] = useState(() =>
    createInterruptions({ ...client, isOnline, onNetwork: listenForNetwork, sleep }),
  )
  useEffect(() => {
    client.open()
    const retryNow = (): void => {
      if (!document.hidden) client.retryNow()
    }
    addEventListener('focus', retryNow)
    document.addEventListener('visibilitychange', retryNow)
    return () => {
      removeEventListener('focus', retryNow)
      document.removeEventListener('visibilitychange', retryNow)
      interruptions.close()
      client.close()
    }
  }, [client, interruptions])
  const value = useMemo(
    () => ({ client, interruptions, actions: createChatActions({ live: client, queryClient, onCreated }) }),
    [client, interruptions, queryClient, onCreated],
  )
  return <Context value={value}>{children}</Context>
}

function useLive(): Live {
  const live = useContext(Context)
  if (!live) throw new Error('used outside of LiveProvider')
  return live
}

export function useLiveClient(): LiveClient {
  return useLive().client
}

export function useChatActions(): ChatActions {
  return useLive().actions
}

export function useSocketStatus(): SocketStatus {
  const { client } = useLive()
  return useSyncExternalStore(client.onStatus, client.status)
}

/** The interruption that the page shows; null if the connection works or was lost only a moment ago. */
export function useInterruption(): Interruption | null {
  const { interruptions } = useLive()
  return useSyncExternalStore(interruptions.subscribe, interruptions.get)
}

/** Whether the page shows an interruption while `active`: a component that is not active is never rendered again. */
export function useIsInterrupted(active: boolean): boolean {
  const { interruptions } = useLive()
  return useSyncExternalStore(interruptions.subscribe, () => {
    const shown = interruptions.get()
    return active && shown !== null && shown !== 'restored'
  })
}
