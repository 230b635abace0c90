import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { errorText } from './error-text.ts'

/** Shows an error next to its cause, with a retry button if `onRetry` is given. */
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
