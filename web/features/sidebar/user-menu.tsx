import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { Trans, useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { Badge } from '../../ui/badge.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toasts.tsx'
import {
  CountBadge,
  FailingConnectionsText,
  InstanceProblemsText,
  PendingUsersText,
} from '../admin/problem-texts.tsx'
import { useProblemCounts } from '../admin/use-problem-counts.ts'
import type { ProblemCounts } from '../admin/use-problem-counts.ts'
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
  const counts = useProblemCounts()
  const total = counts.pendingUsers + counts.failingConnections + counts.instanceProblems
  const problemsId = useId()
  const go = (to: '/account' | '/users'): void => {
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
            aria-describedby={total > 0 ? problemsId : undefined}
            className="flex min-h-10 w-full items-center gap-2.5 rounded-medium px-2 text-left hover:bg-hover touch:min-h-11"
          >
            <span
              aria-hidden="true"
              className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-small font-semibold text-accent"
            >
              {initialOf(user.name)}
            </span>
            <bdi className="min-w-0 flex-1 truncate">{user.name}</bdi>
            {total > 0 && (
              <span aria-hidden="true">
                <Badge look="warning">{total}</Badge>
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
          <MenuItem
            icon="settings"
            hint={
              total > 0 ? (
                <CountBadge count={total} look="warning">
                  <ProblemSentences counts={counts} />
                </CountBadge>
              ) : undefined
            }
            onSelect={() => go('/users')}
          >
            <Trans>Administration</Trans>
          </MenuItem>
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
      {total > 0 && (
        <span id={problemsId} hidden>
          <ProblemSentences counts={counts} />
        </span>
      )}
      {isAbout && <AboutDialog onClose={() => setIsAbout(false)} />}
    </>
  )
}

/** Says what needs an administrator, for screen readers. */
function ProblemSentences({ counts }: { counts: ProblemCounts }): ReactNode {
  const { pendingUsers, failingConnections, instanceProblems } = counts
  return (
    <>
      {pendingUsers > 0 && <PendingUsersText count={pendingUsers} />}{' '}
      {failingConnections > 0 && <FailingConnectionsText count={failingConnections} />}{' '}
      {instanceProblems > 0 && <InstanceProblemsText count={instanceProblems} />}
    </>
  )
}

function initialOf(name: string): string {
  return /./u.exec(name.trim())?.[0].toUpperCase() ?? '?'
}
