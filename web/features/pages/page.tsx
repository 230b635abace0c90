import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import { IconButton } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'
import { useAppName } from '../app-name.ts'
import { useSidebar } from '../sidebar/sidebar-state.ts'

/**
 * The layout of a page that is not a chat: a title with sections below it. A page of the administration has no buttons
 * for the list of chats, because the navigation of the administration is shown instead.
 */
export function Page({
  title,
  intro,
  isAdministration = false,
  children,
}: {
  title: string
  intro?: ReactNode
  isAdministration?: boolean
  children: ReactNode
}): ReactNode {
  const appName = useAppName()
  useEffect(() => {
    document.title = `${title} · ${appName}`
  }, [title, appName])
  return (
    <main id="main" className="h-full min-w-0 flex-1 overflow-y-auto">
      {!isAdministration && <PageHeader title={title} />}
      <div
        className={classNames(
          'mx-auto flex w-full max-w-measure flex-col gap-10 px-5 pb-20',
          isAdministration ? 'pt-2 md:pt-15' : 'pt-2',
        )}
      >
        <div className="flex flex-col gap-2 max-md:pt-3">
          {isAdministration ? (
            <h1 className="text-greeting font-semibold tracking-tight">{title}</h1>
          ) : (
            <p aria-hidden="true" className="text-greeting font-semibold tracking-tight max-md:hidden">
              {title}
            </p>
          )}
          {intro && <p className="max-w-prose text-muted">{intro}</p>}
        </div>
        {children}
      </div>
    </main>
  )
}

function PageHeader({ title }: { title: string }): ReactNode {
  const { t } = useLingui()
  const sidebar = useSidebar()
  return (
    <header className="sticky top-0 z-10 flex h-13 items-center gap-1 bg-page px-2 max-md:h-12 max-md:border-b max-md:border-border">
      {!sidebar.open && (
        <span className="max-md:hidden">
          <IconButton icon="sidebar" label={t`Show chats`} onClick={sidebar.toggle} />
        </span>
      )}
      <span className="md:hidden">
        <IconButton icon="sidebar" label={t`Chats`} onClick={sidebar.showSheet} />
      </span>
      <h1 className="truncate px-2 text-answer font-semibold md:sr-only">{title}</h1>
    </header>
  )
}

export function Section({
  title,
  intro,
  action,
  children,
}: {
  title: string
  intro?: ReactNode
  action?: ReactNode
  children: ReactNode
}): ReactNode {
  return (
    <section aria-label={title} className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="flex flex-col gap-1">
          <h2 className="text-answer font-semibold">{title}</h2>
          {intro && <p className="max-w-prose text-small text-muted">{intro}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  )
}

/** A list of rows in one frame. */
export function Rows({ children }: { children: ReactNode }): ReactNode {
  return (
    <ul className="flex flex-col divide-y divide-border rounded-medium border border-border">{children}</ul>
  )
}

/** A row of `Rows`: a title, one line of muted facts, and its actions. */
export function Row({
  title,
  facts,
  children,
}: {
  title: ReactNode
  facts: ReactNode
  children: ReactNode
}): ReactNode {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
      <div className="min-w-0 flex-1 basis-48 [overflow-wrap:anywhere]">
        <p className="flex flex-wrap items-center gap-2 font-medium">{title}</p>
        <p className="text-small text-muted">{facts}</p>
      </div>
      {children}
    </li>
  )
}
