import type { ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { withBase } from '../../api/base-path.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { Dialog } from '../../ui/dialog.tsx'

export function AboutDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useLingui()
  const version = useQuery(operationQuery('getApp')).data?.version ?? ''
  const link = 'text-accent underline underline-offset-2'
  return (
    <Dialog title={t`About`} closeLabel={t`Close`} onClose={onClose}>
      <div className="flex flex-col gap-3">
        <p>
          <Trans>Shoal {version}</Trans>
        </p>
        <p>
          <Trans>
            Shoal is free software under the Apache License 2.0. It includes other open-source software: see
            the{' '}
            <a className={link} href={withBase('/third-party-notices.txt')} target="_blank" rel="noreferrer">
              third-party licenses
            </a>
            .
          </Trans>
        </p>
      </div>
    </Dialog>
  )
}
