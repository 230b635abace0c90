import { useState } from 'react'
import type { ReactNode } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { Trans, useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { Icon } from '../../ui/icon.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { errorText } from '../errors/error-text.ts'
import { signOut } from '../session/sign-out.ts'
import { AboutDialog } from './about-dialog.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { useSidebar } from './sidebar-state.ts'

/** The menu of the user: account, administration, help and signing out. */
export function UserMenu({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { hideSheet } = useSidebar()
  const [dialog, setDialog] = useState<'shortcuts' | 'about' | null>(null)
  const closeDialog = (): void => setDialog(null)
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
            className="flex min-h-10 w-full items-center gap-2.5 rounded-medium px-2 text-left hover:bg-hover touch:min-h-11"
          >
            <span
              aria-hidden="true"
              className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-small font-semibold text-accent"
            >
              {initialOf(user.name)}
            </span>
            <bdi className="min-w-0 flex-1 truncate">{user.name}</bdi>
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
            <MenuItem icon="people" onSelect={() => go('/users')}>
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
        <MenuItem icon="keyboard" onSelect={() => setDialog('shortcuts')}>
          <Trans>Keyboard shortcuts</Trans>
        </MenuItem>
        <MenuItem icon="info" onSelect={() => setDialog('about')}>
          <Trans>About</Trans>
        </MenuItem>
        <MenuItem
          icon="leave"
          onSelect={() => void signOut().catch((error: unknown) => showToast(errorText(error)))}
        >
          <Trans>Sign out</Trans>
        </MenuItem>
      </Menu>
      {dialog === 'shortcuts' && <ShortcutsDialog onClose={closeDialog} />}
      {dialog === 'about' && <AboutDialog onClose={closeDialog} />}
    </>
  )
}

function initialOf(name: string): string {
  return /./u.exec(name.trim())?.[0].toUpperCase() ?? '?'
}
