import { createRoot } from 'react-dom/client'
import { QueryClientProvider } from '@tanstack/react-query'
import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import '../ui/base.css'
import { createQueryClient, operationQuery } from '../api/operation-query.ts'
import { chooseLanguage, offerLanguage } from '../features/language.ts'
import { meQuery } from '../features/session/me-query.ts'
import { readStored } from '../features/storage/safe-storage.ts'
import { Entrance } from './entrance.tsx'
import { loadSignedIn } from './load-signed-in.ts'
import { PageBoundary } from './page-boundary.tsx'
import { reloadOnceForMissingChunk } from './reload-once.ts'

reloadOnceForMissingChunk()
offerLanguage('en', () => import('../locales/en/messages.po'))
offerLanguage('de', () => import('../locales/de/messages.po'))
// Whoever was signed in here most likely is still: their page loads while the server is asked.
if (readStored('known') !== null) void loadSignedIn()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
const queryClient = createQueryClient()
// What the entrance will ask is on its way while the language comes and the page is drawn for the first time.
void queryClient.prefetchQuery(meQuery)
void queryClient.prefetchQuery(operationQuery('getApp'))

async function start(at: HTMLElement): Promise<void> {
  await chooseLanguage(readStored('language'))
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
