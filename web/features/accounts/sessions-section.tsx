import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { call } from '../../api/call.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Row, Rows, Section } from '../pages/page.tsx'
import { signOut } from '../session/sign-out.ts'
import { useWhen } from '../use-when.ts'

export function SessionsSection(): ReactNode {
  const { t } = useLingui()
  const when = useWhen()
  const queryClient = useQueryClient()
  const sessions = useQuery({ ...operationQuery('listSessions'), staleTime: 0 })
  const end = useMutation({
    mutationFn: (id: string) => call('endSession', { params: { id } }),
    onSuccess: () => queryClient.invalidateQueries(operationQuery('listSessions')),
  })
  const everywhere = useMutation({ mutationFn: () => signOut(true) })
  const [confirming, setConfirming] = useState(false)
  return (
    <Section
      title={t`Sessions`}
      intro={t`The devices where you are signed in.`}
      action={
        <Button look="danger" onClick={() => setConfirming(true)}>
          <Trans>Sign out everywhere</Trans>
        </Button>
      }
    >
      <ErrorNotice error={end.error ?? sessions.error} onRetry={() => void sessions.refetch()} />
      {sessions.isPending && <Waiting label={t`Loading sessions…`} />}
      {sessions.data && (
        <Rows>
          {sessions.data.items.map((session) => (
            <Row
              key={session.id}
              title={
                <>
                  {session.device}
                  {session.current && (
                    <Badge look="accent">
                      <Trans>This device</Trans>
                    </Badge>
                  )}
                </>
              }
              facts={
                <>
                  {session.address} · <Trans>last used {when(session.lastUsedAt)}</Trans>
                </>
              }
            >
              {!session.current && (
                <Button
                  busy={end.isPending && end.variables === session.id}
                  onClick={() => end.mutate(session.id)}
                >
                  <Trans>Sign out</Trans>
                </Button>
              )}
            </Row>
          ))}
        </Rows>
      )}
      {confirming && (
        <ConfirmDialog
          title={t`Sign out everywhere?`}
          confirm={t`Sign out everywhere`}
          busy={everywhere.isPending}
          error={everywhere.error}
          onConfirm={() => everywhere.mutate()}
          onClose={() => {
            setConfirming(false)
            everywhere.reset()
          }}
        >
          <Trans>
            This ends all your sessions, also the one on this device. Unsent drafts in this browser are
            deleted. Your chats are kept, and your API keys keep working.
          </Trans>
        </ConfirmDialog>
      )}
    </Section>
  )
}
