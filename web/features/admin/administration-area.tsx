import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { Link, useLocation } from '@tanstack/react-router'
import { Trans, useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { Icon } from '../../ui/icon.tsx'
import type { IconName } from '../../ui/icon.tsx'
import { useAppName } from '../app-name.ts'
import { UserMenu } from '../sidebar/user-menu.tsx'
import {
  CountBadge,
  FailingConnectionsText,
  InstanceProblemsText,
  PendingUsersText,
} from './problem-texts.tsx'
import { useProblemCounts } from './use-problem-counts.ts'

/**
 * The administration: its navigation, and the current page next to it; on a phone, the page below it. Users who are not
 * administrators are led back to their chats.
 */
export function AdministrationArea({ user, children }: { user: UserView; children: ReactNode }): ReactNode {
  if (user.role !== 'admin') return <NotAllowed />
  return (
    <div className="flex min-w-0 flex-1 max-md:flex-col">
      <AdministrationNavigation user={user} />
      {children}
    </div>
  )
}

function AdministrationNavigation({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  const appName = useAppName()
  const list = useRef<HTMLUListElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    // On a phone the links may be wider than the screen.
    list.current
      ?.querySelector(`[href$="${pathname}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [pathname])
  const { pendingUsers, failingConnections, instanceProblems } = useProblemCounts()
  return (
    <nav
      aria-label={t`Administration`}
      className="flex shrink-0 flex-col border-border bg-surface-1 pt-[env(safe-area-inset-top)] max-md:border-b md:w-68 md:border-r"
    >
      <div className="flex h-13 shrink-0 items-center px-2 max-md:h-12">
        <Link
          to="/"
          className="flex min-h-9 min-w-0 items-center gap-2 rounded-medium px-2 font-medium hover:bg-hover max-md:pr-3 md:flex-1 touch:min-h-11"
        >
          <Icon name="left" size={18} />
          <Trans>Back to chats</Trans>
        </Link>
        <span className="min-w-0 flex-1 truncate pr-2 text-right text-small text-muted md:hidden">
          <Trans>Administration</Trans>
        </span>
      </div>
      <div className="flex flex-col px-4 pt-3 pb-2 max-md:hidden">
        <span className="truncate text-small text-muted">{appName}</span>
        <span className="text-answer font-semibold">
          <Trans>Administration</Trans>
        </span>
      </div>
      <ul
        ref={list}
        className="flex scroll-px-2 gap-1 px-2 pt-1 pb-2 max-md:overflow-x-auto md:flex-1 md:flex-col md:overflow-y-auto"
      >
        <Place
          to="/users"
          icon="people"
          label={t`Users`}
          badge={
            <CountBadge count={pendingUsers} look="warning">
              <PendingUsersText count={pendingUsers} />
            </CountBadge>
          }
        />
        <Place
          to="/connections"
          icon="plug"
          label={t`Connections`}
          badge={
            <CountBadge count={failingConnections} look="danger">
              <FailingConnectionsText count={failingConnections} />
            </CountBadge>
          }
        />
        <Place to="/settings" icon="settings" label={t`Settings`} />
        <Place
          to="/cluster"
          icon="instances"
          label={t`Instances`}
          badge={
            <CountBadge count={instanceProblems} look="danger">
              <InstanceProblemsText count={instanceProblems} />
            </CountBadge>
          }
        />
      </ul>
      <div className="border-t border-border p-2 max-md:hidden">
        <UserMenu user={user} />
      </div>
    </nav>
  )
}

function Place({
  to,
  icon,
  label,
  badge,
}: {
  to: '/users' | '/connections' | '/settings' | '/cluster'
  icon: IconName
  label: string
  badge?: ReactNode
}): ReactNode {
  return (
    <li className="shrink-0">
      <Link
        to={to}
        activeProps={{ className: 'bg-hover font-medium', 'aria-current': 'page' }}
        className="flex min-h-9 items-center gap-2 rounded-medium px-2.5 whitespace-nowrap hover:bg-hover touch:min-h-11"
      >
        <span className="shrink-0 max-md:hidden">
          <Icon name={icon} size={18} />
        </span>
        <span className="md:flex-1">{label}</span>
        {badge}
      </Link>
    </li>
  )
}

function NotAllowed(): ReactNode {
  return (
    <main
      id="main"
      className="flex h-full flex-1 flex-col items-center justify-center gap-3 px-5 text-center"
    >
      <h1 className="text-title font-semibold">
        <Trans>Only administrators can open this page</Trans>
      </h1>
      <p className="max-w-prose text-muted">
        <Trans>If you need it, ask an administrator to change your role.</Trans>
      </p>
      <Link to="/" className="font-semibold text-accent underline-offset-2 hover:underline">
        <Trans>Go to chats</Trans>
      </Link>
    </main>
  )
}
