import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { sentenceFor } from './error-text.ts'
import { reasonSentence } from './failure-reason.ts'
import { splitFailure, withDetail } from './split-failure.ts'
import type { Failure } from './split-failure.ts'

/** Why a model provider failed: a sentence in the user’s language, further details, and the provider’s own message. */
export function FailureText({ failure }: { failure: Failure }): ReactNode {
  const known = withDetail(failure)
  const { sentence, more, quoted } = splitFailure(known, {
    ofCode: sentenceFor(known.code),
    ofReason: known.detail && reasonSentence(known.detail),
  })
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
