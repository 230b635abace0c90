import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { errorText } from './error-text.ts'

/** An error beside its cause, with the way to try again. */
export function ErrorNotice({
  error,
  onRetry,
}: {
  error: unknown
  onRetry?: (() => void) | undefined
}): ReactNode {
  if (!error) return null
  return (
    <Notice
      action={
        onRetry && (
          <Button look="quiet" onClick={onRetry}>
            <Trans>Try again</Trans>
          </Button>
        )
      }
    >
      {errorText(error)}
    </Notice>
  )
}
