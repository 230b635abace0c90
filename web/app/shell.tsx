import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Trans, useLingui } from '@lingui/react/macro'
import type { UserView } from '../../protocol/http/users.ts'
import { withoutBase } from '../api/base-path.ts'
import { operationQuery } from '../api/operation-query.ts'
import { followQueues } from '../features/chat/composer/queued-messages.ts'
import { sendOffScreen } from '../features/chat/composer/send-off-screen.ts'
import { useChatActions, useLiveClient } from '../features/chat/state/live-context.tsx'
import { focusSearch, listenForShortcuts } from '../features/sidebar/shortcuts.ts'
import { hideShortcuts, showShortcuts, useShortcutsDialog } from '../features/sidebar/shortcuts-help.ts'
import { Sidebar } from '../features/sidebar/sidebar.tsx'
import { useSidebar } from '../features/sidebar/sidebar-state.ts'
import { readStored, writeStored } from '../features/storage/safe-storage.ts'
import { createLazy, useLazyIf } from '../ui/lazy.ts'
import { Sheet } from './sheet.tsx'

/** Needed only once per installation. */
const lazyFirstRun = createLazy(() => import('../features/first-run/first-run-page.tsx'))

/**
 * The layout of every page: the list of chats at the side, and the page next to it. The administration has its own
 * navigation instead of the chats.
 */
export function Shell({
  user,
  isAdministration,
  children,
}: {
  user: UserView
  isAdministration: boolean
  children: ReactNode
}): ReactNode {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { open, sheet, toggle, showSheet, hideSheet } = useSidebar()
  useVisualViewport()
  useEffect(followQueues, [])
  const live = useLiveClient()
  const actions = useChatActions()
  const queryClient = useQueryClient()
  useEffect(() => {
    const isShown = (chatId: string): boolean => withoutBase(location.pathname) === `/c/${chatId}`
    return sendOffScreen({ live, actions, queryClient, isShown })
  }, [live, actions, queryClient])
  useEffect(
    () =>
      listenForShortcuts({
        newChat: () => void navigate({ to: '/' }),
        toggleSidebar() {
          if (!isAdministration) toggle()
        },
        find() {
          if (isAdministration) void navigate({ to: '/' })
          const isPhone = matchMedia('(max-width: 767px)').matches
          if (isPhone) showSheet()
          else if (!open) flushSync(toggle)
          // At once if the field is there, because the user may type the next key before the next frame.
          if (isAdministration || isPhone) requestAnimationFrame(focusSearch)
          else focusSearch()
        },
        showHelp: showShortcuts,
      }),
    [navigate, isAdministration, open, toggle, showSheet],
  )

  const shortcuts = useShortcutsDialog()
  const [firstRun, setFirstRun] = useState(user.role === 'admin' && readStored('first-run') === 'open')
  const connections = useQuery({ ...operationQuery('listConnections'), enabled: firstRun })
  const connected = connections.data?.items.some((it) => it.kind !== 'demo') ?? false
  const first = useLazyIf(firstRun ? lazyFirstRun : undefined)
  if (firstRun && (connections.isPending || first === undefined)) return null
  if (first !== undefined && firstRun && !connected) {
    return (
      <first.FirstRunPage
        onDone={() => {
          writeStored('first-run', null)
          setFirstRun(false)
        }}
      />
    )
  }

  return (
    <div className="flex h-[var(--viewport-height,100dvh)] w-full">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-30 focus:rounded-medium focus:bg-raised focus:px-4 focus:py-2 focus:shadow-floating"
        onClick={(event) => {
          event.preventDefault()
          document.querySelector<HTMLElement>('main textarea, main a, main button')?.focus()
        }}
      >
        <Trans>Skip to content</Trans>
      </a>
      {open && !isAdministration && (
        <div className="w-68 shrink-0 border-r border-border max-md:hidden">
          <Sidebar user={user} onClose={toggle} />
        </div>
      )}
      <Sheet label={t`Chats`} open={sheet} onOpen={showSheet} onClose={hideSheet}>
        <Sidebar user={user} onClose={hideSheet} />
      </Sheet>
      {children}
      {shortcuts && <shortcuts.ShortcutsDialog onClose={hideShortcuts} />}
    </div>
  )
}

/**
 * Keeps the page as high as its visible part. Some browsers lay the on-screen keyboard over the page, which would cover
 * the composer.
 */
function useVisualViewport(): void {
  useEffect(() => {
    const viewport = window.visualViewport
    if (!viewport) return
    const root = document.documentElement
    const fit = (): void => {
      // Pinch zoom also makes the visible part smaller, but the page must not shrink with it.
      if (viewport.scale > 1.01) return
      // Set only while the heights differ: setting it makes the browser recalculate all styles of the page.
      if (window.innerHeight - viewport.height < 1) root.style.removeProperty('--viewport-height')
      else root.style.setProperty('--viewport-height', `${viewport.height}px`)
      if (viewport.offsetTop > 0) window.scrollTo(0, 0)
    }
    fit()
    viewport.addEventListener('resize', fit)
    return () => viewport.removeEventListener('resize', fit)
  }, [])
}
