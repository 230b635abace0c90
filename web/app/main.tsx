import { createRoot } from 'react-dom/client'
import { QueryClientProvider } from '@tanstack/react-query'
import type { QueryClient } from '@tanstack/react-query'
import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import '../ui/base.css'
import { withoutBase, storagePrefix } from '../api/base-path.ts'
import { createQueryClient, operationQuery } from '../api/operation-query.ts'
import { systemClock } from '../base/clock.ts'
import { chooseLanguage, offerLanguage } from '../features/language.ts'
import { readStored } from '../features/storage/safe-storage.ts'
import { Entrance } from './entrance.tsx'
import { PageBoundary } from './page-fault.tsx'
import { chatListQuery } from '../features/chat/state/chat-list-query.ts'
import { chatQuery } from '../features/chat/state/chat-query.ts'
import { lazyThread } from '../features/chat/thread/lazy-thread.ts'
import { meQuery } from '../features/session/me-query.ts'
import { loadSignedIn } from './load-signed-in.ts'

reloadOnceForMissingChunk()
offerLanguage('en', () => import('../locales/en/messages.po'))
offerLanguage('de', () => import('../locales/de/messages.po'))
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
const queryClient = createQueryClient()
/** A page that comes whole within this time is drawn once; until later ones come it says that it loads. */
const drawnOnceMs = 400
const asked = askEarly(queryClient, withoutBase(location.pathname))

async function start(at: HTMLElement): Promise<void> {
  await chooseLanguage(readStored('language'))
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, drawnOnceMs))])
  createRoot(at).render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={queryClient}>
        <PageBoundary>
          <Entrance />
        </PageBoundary>
      </QueryClientProvider>
    </I18nProvider>,
  )
}

void start(root)

/**
 * Asks for what the first page will show while its language still comes, and resolves when it can be drawn at once.
 * Whoever was signed in here most likely is still: their page loads while the server is asked who is there.
 */
async function askEarly(queryClient: QueryClient, path: string): Promise<void> {
  const page = readStored('known') === null ? undefined : loadSignedIn()
  // Asked again where it is shown, and its fault said there.
  page?.catch(() => {})
  const app = queryClient.prefetchQuery(operationQuery('getApp'))
  await queryClient.prefetchQuery(meQuery)
  const me = queryClient.getQueryData(meQuery.queryKey)
  if (page === undefined || me === undefined || me.role === 'pending') return app
  void queryClient.prefetchQuery(operationQuery('getPreferences'))
  void queryClient.prefetchQuery(operationQuery('listModels'))
  void queryClient.prefetchInfiniteQuery(chatListQuery())
  const chatId = /^\/c\/([^/]+)$/.exec(path)?.[1]
  if (chatId !== undefined) lazyThread.fetch()
  await Promise.allSettled([page, app, chatId !== undefined && queryClient.prefetchQuery(chatQuery(chatId))])
}

/**
 * After a deployment an old page may ask for a part of itself that is gone: it reloads, once a minute at most, so that a
 * part which is really missing does not reload for ever. Drafts are stored and survive it.
 */
function reloadOnceForMissingChunk(): void {
  const key = `${storagePrefix}reloaded-at`
  addEventListener('vite:preloadError', (event) => {
    try {
      const last = Number(sessionStorage.getItem(key) ?? 0)
      if (systemClock.now() - last < 60_000) return
      sessionStorage.setItem(key, String(systemClock.now()))
    } catch {
      // Without storage there is no telling whether this is the second time: the error is shown instead.
      return
    }
    event.preventDefault()
    location.reload()
  })
}
