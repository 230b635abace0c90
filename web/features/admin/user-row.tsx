import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import type { Role, UserView } from '../../../protocol/http/users.ts'
import { call } from '../../api/call.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { SecretOnce } from '../secret-once.tsx'
import { useWhen } from '../use-when.ts'
import { UserKeysDialog } from './user-keys-dialog.tsx'

type UserDialog = 'deactivate' | 'reset' | 'keys' | 'role'

export function UserRow({
  user,
  self,
  onChanged,
}: {
  user: UserView
  self: boolean
  onChanged: () => void
}): ReactNode {
  const { t } = useLingui()
  const when = useWhen()
  const [openDialog, setOpenDialog] = useState<UserDialog | null>(null)
  const change = useMutation({
    mutationFn: (body: { role?: Role; active?: boolean }) =>
      call('updateUser', { params: { id: user.id }, body }),
    onSuccess: () => {
      setOpenDialog(null)
      onChanged()
    },
  })
  const reset = useMutation({
    mutationFn: () => call('resetPassword', { params: { id: user.id } }),
    onSuccess: () => setOpenDialog(null),
  })
  // The error was shown in the dialog and ends with it.
  const closeDialog = (): void => {
    setOpenDialog(null)
    change.reset()
    if (reset.isError) reset.reset()
  }
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <div className="min-w-0 flex-1 basis-32 [overflow-wrap:anywhere]">
          <p className="flex flex-wrap items-center gap-2 font-medium">
            <bdi>{user.name}</bdi>
            <RoleBadge user={user} />
            {self && (
              <Badge>
                <Trans>You</Trans>
              </Badge>
            )}
          </p>
          <p className="text-small text-muted">
            {user.email}
            {' · '}
            {user.lastActiveAt === null ? (
              <Trans>never active</Trans>
            ) : (
              <Trans>last active {when(user.lastActiveAt)}</Trans>
            )}
          </p>
        </div>
        {user.role === 'pending' && user.active && (
          <Button look="primary" busy={change.isPending} onClick={() => change.mutate({ role: 'user' })}>
            <Trans>Approve</Trans>
          </Button>
        )}
        <UserOptions
          user={user}
          onOpen={setOpenDialog}
          onReactivate={() => change.mutate({ active: true })}
        />
      </div>
      {openDialog === null && <ErrorNotice error={change.error ?? reset.error} />}
      {reset.data && (
        <SecretOnce
          label={t`New password for ${user.name}`}
          secret={reset.data.password}
          onDone={() => reset.reset()}
        />
      )}
      {openDialog === 'reset' && (
        <ResetPasswordDialog
          name={user.name}
          busy={reset.isPending}
          error={reset.error}
          onConfirm={() => reset.mutate()}
          onClose={closeDialog}
        />
      )}
      {openDialog === 'role' && (
        <RoleDialog
          user={user}
          self={self}
          busy={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate({ role: user.role === 'admin' ? 'user' : 'admin' })}
          onClose={closeDialog}
        />
      )}
      {openDialog === 'keys' && <UserKeysDialog user={user} onClose={closeDialog} />}
      {openDialog === 'deactivate' && (
        <ConfirmDialog
          title={t`Deactivate ${user.name}?`}
          confirm={t`Deactivate`}
          busy={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate({ active: false })}
          onClose={closeDialog}
        >
          <Trans>
            This signs the account out everywhere and blocks sign-in. Its chats are kept. You can reactivate
            it later.
          </Trans>
        </ConfirmDialog>
      )}
    </li>
  )
}

function UserOptions({
  user,
  onOpen,
  onReactivate,
}: {
  user: UserView
  onOpen: (dialog: UserDialog) => void
  onReactivate: () => void
}): ReactNode {
  const { t } = useLingui()
  return (
    <Menu
      label={user.name}
      renderTrigger={(props) => <IconButton {...props} icon="more" label={t`Options for ${user.name}`} />}
    >
      <MenuItem icon="key" onSelect={() => onOpen('reset')}>
        <Trans>Reset password</Trans>
      </MenuItem>
      <MenuItem icon="key" onSelect={() => onOpen('keys')}>
        <Trans>API keys</Trans>
      </MenuItem>
      <MenuItem icon="person" onSelect={() => onOpen('role')}>
        {user.role === 'admin' ? <Trans>Change to user</Trans> : <Trans>Make administrator</Trans>}
      </MenuItem>
      {user.active ? (
        <MenuItem icon="close" danger onSelect={() => onOpen('deactivate')}>
          <Trans>Deactivate</Trans>
        </MenuItem>
      ) : (
        <MenuItem icon="check" onSelect={onReactivate}>
          <Trans>Reactivate</Trans>
        </MenuItem>
      )}
    </Menu>
  )
}

function RoleBadge({ user }: { user: UserView }): ReactNode {
  if (!user.active) {
    return (
      <Badge look="danger">
        <Trans>deactivated</Trans>
      </Badge>
    )
  }
  if (user.role === 'pending') {
    return (
      <Badge look="warning">
        <Trans>waiting for approval</Trans>
      </Badge>
    )
  }
  return (
    user.role === 'admin' && (
      <Badge look="accent">
        <Trans>administrator</Trans>
      </Badge>
    )
  )
}

/** Confirms that a user gets, or loses, the rights of an administrator. */
function RoleDialog({
  user: { name, role },
  self,
  ...dialog
}: {
  user: UserView
  self: boolean
  busy: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
}): ReactNode {
  const { t } = useLingui()
  if (role === 'admin') {
    return (
      <ConfirmDialog {...dialog} title={t`Change ${name} to a user?`} confirm={t`Change to user`}>
        {self ? (
          <Trans>
            You can’t open administration anymore. Only another administrator can give you this right back.
          </Trans>
        ) : (
          <Trans>
            This account can’t open administration anymore. It keeps its chats. You can make it an
            administrator again.
          </Trans>
        )}
      </ConfirmDialog>
    )
  }
  return (
    <ConfirmDialog
      {...dialog}
      look="primary"
      title={t`Make ${name} an administrator?`}
      confirm={t`Make administrator`}
    >
      <Trans>
        Administrators can manage users, connections with their API keys, and settings. They can also remove
        your own rights.
      </Trans>
    </ConfirmDialog>
  )
}

function ResetPasswordDialog({
  name,
  ...dialog
}: {
  name: string
  busy: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
}): ReactNode {
  const { t } = useLingui()
  return (
    <ConfirmDialog {...dialog} title={t`Reset the password of ${name}?`} confirm={t`Reset password`}>
      <Trans>
        This signs the account out everywhere and revokes its API keys. The new password is shown once, so
        that you can pass it on. The user has to change it at the next sign-in.
      </Trans>
    </ConfirmDialog>
  )
}
