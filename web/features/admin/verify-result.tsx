import type { ReactNode } from 'react'
import { Plural, Trans } from '@lingui/react/macro'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { Icon } from '../../ui/icon.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { FailureText } from '../errors/failure-text.tsx'

/** The result of a connection test: the provider’s models, or the reason why it failed. */
export function VerifyResult({
  result,
  error,
}: {
  result: ResponseOf<'verifyConnection'> | undefined
  error: unknown
}): ReactNode {
  if (error) return <ErrorNotice error={error} />
  if (!result) return null
  if (!result.ok) {
    return (
      <Notice>
        <FailureText failure={result} />
      </Notice>
    )
  }
  const { models } = result
  if (models.length === 0) {
    return (
      <Notice look="warning">
        <Trans>
          The connection works, but the provider lists no models. You can enter model names under Advanced.
        </Trans>
      </Notice>
    )
  }
  return (
    <output className="flex flex-col gap-1 rounded-medium bg-surface-1 px-3 py-2">
      <p className="flex items-center gap-2 font-medium text-success">
        <Icon name="check" size={18} />
        <Plural value={models.length} one="Connected: # model" other="Connected: # models" />
      </p>
      <p className="max-h-24 overflow-y-auto text-small text-muted [overflow-wrap:anywhere]">
        {models.slice(0, 200).join(', ')}
      </p>
    </output>
  )
}
