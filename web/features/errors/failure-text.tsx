import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { sentenceFor } from './error-text.ts'
import { splitFailure } from './split-failure.ts'

/** Why a model provider failed: a sentence in the user’s language, further details, and the provider’s own message. */
export function FailureText({ code, message }: { code: string; message: string }): ReactNode {
  const { sentence, more, quoted } = splitFailure(code, message, sentenceFor(code))
  return (
    <>
      <p>{sentence}</p>
      {more && <p className="text-small">{more}</p>}
      {quoted && (
        <p className="text-small">
          <Trans>Message from the provider: {quoted}</Trans>
        </p>
      )}
    </>
  )
}
