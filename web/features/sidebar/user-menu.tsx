import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { Badge } from '../../ui/badge.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { errorText } from '../errors/error-text.ts'
import { signOut } from '../session/sign-out.ts'
import { AboutDialog } from './about-dialog.tsx'
import { showShortcuts } from './shortcuts-help.ts'
import { useSidebar } from './sidebar-state.ts'

/** The menu of the user: account, administration, help and signing out. */
export function UserMenu({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { hideSheet } = useSidebar()
  const [isAbout, setIsAbout] = useState(false)
  const pending = usePendingUsers(user)
  const pendingId = useId()
  const go = (to: '/account' | '/settings' | '/connections' | '/users' | '/cluster'): void => {
    hideSheet()
    void navigate({ to })
  }
  return (
    <>
      <Menu
        label={t`Account and administration`}
        width="w-60"
        renderTrigger={(props) => (
          <button
            {...props}
            type="button"
            aria-describedby={pending > 0 ? pendingId : undefined}
            className="flex min-h-10 w-full items-center gap-2.5 rounded-medium px-2 text-left hover:bg-hover touch:min-h-11"
          >
            <span
              aria-hidden="true"
              className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-small font-semibold text-accent"
            >
              {initialOf(user.name)}
            </span>
            <bdi className="min-w-0 flex-1 truncate">{user.name}</bdi>
            {pending > 0 && (
              <span aria-hidden="true">
                <Badge look="warning">{pending}</Badge>
              </span>
            )}
            <Icon name="more" size={18} />
          </button>
        )}
      >
        <MenuItem icon="person" onSelect={() => go('/account')}>
          <Trans>Account</Trans>
        </MenuItem>
        {user.role === 'admin' && (
          <>
            <MenuItem icon="plug" onSelect={() => go('/connections')}>
              <Trans>Connections</Trans>
            </MenuItem>
            <MenuItem
              icon="people"
              hint={pending > 0 ? <PendingBadge pending={pending} /> : undefined}
              onSelect={() => go('/users')}
            >
              <Trans>Users</Trans>
            </MenuItem>
            <MenuItem icon="settings" onSelect={() => go('/settings')}>
              <Trans>Settings</Trans>
            </MenuItem>
            <MenuItem icon="instances" onSelect={() => go('/cluster')}>
              <Trans>Instances</Trans>
            </MenuItem>
          </>
        )}
        <MenuItem icon="keyboard" onSelect={showShortcuts}>
          <Trans>Keyboard shortcuts</Trans>
        </MenuItem>
        <MenuItem icon="info" onSelect={() => setIsAbout(true)}>
          <Trans>About</Trans>
        </MenuItem>
        <MenuItem
          icon="leave"
          onSelect={() => void signOut().catch((error: unknown) => showToast(errorText(error)))}
        >
          <Trans>Sign out</Trans>
        </MenuItem>
      </Menu>
      {pending > 0 && (
        <span id={pendingId} hidden>
          <Plural value={pending} one="# account waits for approval." other="# accounts wait for approval." />
        </span>
      )}
      {isAbout && <AboutDialog onClose={() => setIsAbout(false)} />}
    </>
  )
}

/** The number of accounts that wait for approval, with its meaning for screen readers. */
function PendingBadge({ pending }: { pending: number }): ReactNode {
  return (
    <Badge look="warning">
      <span aria-hidden="true">{pending}</span>
      <span className="sr-only">
        <Plural value={pending} one="# account waits for approval." other="# accounts wait for approval." />
      </span>
    </Badge>
  )
}

const pendingRefreshMs = 60_000

/** How many accounts wait for approval; 0 for users who cannot approve them. */
function usePendingUsers({ role }: UserView): number {
  const { data } = useQuery({
    ...operationQuery('listUsers', { query: { role: 'pending', limit: 1 } }),
    enabled: role === 'admin',
    staleTime: pendingRefreshMs,
    refetchInterval: pendingRefreshMs,
  })
  return data?.pending ?? 0
}

function initialOf(name: string): string {
  return /./u.exec(name.trim())?.[0].toUpperCase() ?? '?'
}
