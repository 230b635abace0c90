import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { call, sessionExpired } from '../../api/call.ts'
import type { ConnectionStatus } from '../../live/connection-options.ts'
import { openLiveClient } from '../../live/live-client.ts'
import type { LiveClient } from '../../live/live-client.ts'
import { newId } from '../new-id.ts'
import { createChatActions } from './chat-actions.ts'
import type { ChatActions } from './chat-actions.ts'
import { whenSettled } from './pending-sends.ts'
import { readAgain, takeUserEvent } from './take-user-event.ts'

interface Live {
  client: LiveClient
  actions: ChatActions
}

/** This tab, to the server. Each sign-in in it is another one: the one before has ended with its session. */
const tab = newId()

const Context = createContext<Live | null>(null)

/** Holds the live connection of a signed-in page, and writes what it tells into the cache. */
export function LiveProvider({
  session,
  onCreated,
  children,
}: {
  /** Another one opens another connection. */
  session: number
  onCreated: (chatId: string) => Promise<void>
  children: ReactNode
}): ReactNode {
  const queryClient = useQueryClient()
  const [client, setClient] = useState<LiveClient | null>(null)
  useEffect(() => {
    const live = openLiveClient({
      socketAddress: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
      eventsAddress: '/api/live',
      tab: `${tab}-${session}`,
      startRun: (request) => call('startRun', { body: request }),
      stopRun: async (id) => {
        await call('stopRun', { params: { id } })
      },
    })
    const offs = [
      live.onEvent((event) => {
        // Told before the reply to our own request, its messages would stand beside those shown at once.
        if (event.name === 'messages.changed')
          whenSettled(event.chatId, () => takeUserEvent(queryClient, event))
        else takeUserEvent(queryClient, event)
      }),
      live.onGap(() => readAgain(queryClient)),
      live.onStatus(() => {
        const { endedBy } = live.status()
        if (endedBy !== null && endedBy !== 4102) sessionExpired()
      }),
    ]
    const hurry = (): void => live.hurry()
    addEventListener('online', hurry)
    addEventListener('focus', hurry)
    setClient(live)
    return () => {
      removeEventListener('online', hurry)
      removeEventListener('focus', hurry)
      for (const off of offs) off()
      live.close()
    }
  }, [queryClient, session])
  const value = useMemo(
    () => client && { client, actions: createChatActions({ live: client, queryClient, onCreated }) },
    [client, queryClient, onCreated],
  )
  return value && <Context value={value}>{children}</Context>
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

export function useConnectionStatus(): ConnectionStatus {
  const { client } = useLive()
  return useSyncExternalStore(client.onStatus, client.status)
}
