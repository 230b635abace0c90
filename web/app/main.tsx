import { createRoot } from 'react-dom/client'
import { QueryClientProvider } from '@tanstack/react-query'
import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import '../ui/base.css'
import { withoutBase } from '../api/base-path.ts'
import { createQueryClient } from '../api/operation-query.ts'
import { chooseLanguage, offerLanguage } from '../features/language.ts'
import { readStored } from '../features/storage/safe-storage.ts'
import { askEarly } from './ask-early.ts'
import { Entrance } from './entrance.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { reloadOnceForMissingChunk } from './reload-once.ts'

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
