import type { ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Trans } from '@lingui/react/macro'
import { operationKey } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { FailureText } from '../errors/failure-text.tsx'
import type { KnownModels } from '../models/use-models.ts'

/**
 * Replaces the suggestions if no model is available. It shows an administrator what is wrong, and other users whom to
 * ask.
 */
export function NoModel({
  admin,
  problems,
}: {
  admin: boolean
  problems: KnownModels['problems']
}): ReactNode {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  return (
    <div className="flex flex-1 basis-0 flex-col px-4 pt-5">
      <div className="mx-auto w-full max-w-measure">
        <Notice
          look="warning"
          action={
            admin ? (
              <Button onClick={() => void navigate({ to: '/connections' })}>
                <Trans>Open Connections</Trans>
              </Button>
            ) : (
              <Button
                onClick={() => void queryClient.invalidateQueries({ queryKey: operationKey('listModels') })}
              >
                <Trans>Check again</Trans>
              </Button>
            )
          }
        >
          <p>
            {admin ? (
              <Trans>No model is available.</Trans>
            ) : (
              <Trans>No model is available. Ask an administrator to connect one.</Trans>
            )}
          </p>
          {admin &&
            problems.map((problem) => (
              <div key={problem.connectionName} className="pt-1 text-small">
                <p className="font-medium">
                  <bdi>{problem.connectionName}</bdi>
                </p>
                <FailureText failure={{ ...problem, code: problem.code ?? '' }} />
              </div>
            ))}
        </Notice>
      </div>
    </div>
  )
}
