import { createRoot } from 'react-dom/client'
import { QueryClientProvider } from '@tanstack/react-query'
import type { QueryClient } from '@tanstack/react-query'
import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import '../ui/base.css'
import { withoutBase, storagePrefix } from '../api/base-path.ts'
import { createQueryClient, operationQuery } from '../api/operation-query.ts'
import { systemClock } from '../base/clock.ts'
import { chooseLanguage, registerLanguage } from '../features/language.ts'
import { readStored } from '../features/storage/safe-storage.ts'
import { Entrance } from './entrance.tsx'
import { PageErrorBoundary } from './page-error.tsx'
import { chatListQuery, otherChats, pinnedChats } from '../features/chat/state/chat-list-query.ts'
import { chatQuery } from '../features/chat/state/chat-query.ts'
import { lazyThread } from '../features/chat/thread/lazy-thread.ts'
import { meQuery } from '../features/session/me-query.ts'
import { loadSignedIn } from './load-signed-in.ts'

reloadOnceForMissingChunk()
registerLanguage('en', () => import('../locales/en/messages.po'))
registerLanguage('de', () => import('../locales/de/messages.po'))
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
const queryClient = createQueryClient()
/**
 * The first render waits this long for the page’s data, so that a fast page is rendered once. After that, a slow page
 * shows that it is loading.
 */
const firstRenderWaitMs = 400
const prefetched = prefetchFirstPage(queryClient, withoutBase(location.pathname))

async function start(at: HTMLElement): Promise<void> {
  await chooseLanguage(readStored('language'))
  await Promise.race([prefetched, new Promise((resolve) => setTimeout(resolve, firstRenderWaitMs))])
  createRoot(at).render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={queryClient}>
        <PageErrorBoundary>
          <Entrance />
        </PageErrorBoundary>
      </QueryClientProvider>
    </I18nProvider>,
  )
}

void start(root)

/**
 * Requests what the first page will show, while its language loads. Resolves when the page can be rendered completely.
 * A user who was signed in before most likely still is, so the application loads while the session is checked.
 */
async function prefetchFirstPage(queryClient: QueryClient, path: string): Promise<void> {
  const page = readStored('known') === null ? undefined : loadSignedIn()
  // `Application` imports the module again and reports the failure.
  page?.catch(() => {})
  const app = queryClient.prefetchQuery(operationQuery('getApp'))
  await queryClient.prefetchQuery(meQuery)
  const me = queryClient.getQueryData(meQuery.queryKey)
  if (page === undefined || me === undefined || me.role === 'pending') return app
  void queryClient.prefetchQuery(operationQuery('getPreferences'))
  void queryClient.prefetchQuery(operationQuery('listModels'))
  void queryClient.prefetchInfiniteQuery(chatListQuery(pinnedChats))
  void queryClient.prefetchInfiniteQuery(chatListQuery(otherChats))
  const chatId = /^\/c\/([^/]+)$/.exec(path)?.[1]
  if (chatId !== undefined) lazyThread.fetch()
  await Promise.allSettled([page, app, chatId !== undefined && queryClient.prefetchQuery(chatQuery(chatId))])
}

/**
 * After a deployment an old page may request a chunk that no longer exists. The page then reloads, at most once a
 * minute, so that a chunk that is really missing does not cause endless reloads. Drafts are stored and survive this.
 */
function reloadOnceForMissingChunk(): void {
  const key = `${storagePrefix}reloaded-at`
  addEventListener('vite:preloadError', (event) => {
    // Without a network the browser would replace the page, which can still be read, with an error.
    if (!navigator.onLine) return
    try {
      const last = Number(sessionStorage.getItem(key) ?? 0)
      if (systemClock.now() - last < 60_000) return
      sessionStorage.setItem(key, String(systemClock.now()))
    } catch {
      // Without storage the page cannot know whether it has already reloaded, so it shows the error instead.
      return
    }
    event.preventDefault()
    location.reload()
  })
}
