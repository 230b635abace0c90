import type { ReactNode } from 'react'
import { Plural, Trans } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { Button } from '../../../ui/button.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { FailureText } from '../../errors/failure-text.tsx'
import type { MessageHandlers } from './message-actions.tsx'
import { isCut, isUnfinished } from './unfinished.ts'

export type AnswerHandlers = Pick<MessageHandlers, 'onContinue' | 'onRegenerate'>

/** Explains why an answer ended early and offers the action that helps. */
export function AnswerProblem({
  message,
  handlers,
}: {
  message: MessageView
  handlers: AnswerHandlers
}): ReactNode {
  const { status, error } = message
  if (status === 'stopped') {
    return (
      <p className="text-small text-muted">
        <Trans>Stopped</Trans>
      </p>
    )
  }
  if (status === 'interrupted') {
    return (
      <Notice
        look="warning"
        action={
          <Button onClick={() => handlers.onContinue(message)}>
            <Trans>Continue</Trans>
          </Button>
        }
      >
        <Trans>The answer was interrupted. The text so far is saved.</Trans>
      </Notice>
    )
  }
  if (isCut(message)) {
    return (
      <p className="flex flex-wrap items-center gap-x-1.5 text-small text-muted">
        <Trans>The answer reached the length limit</Trans>
        <span aria-hidden="true">·</span>
        <button
          type="button"
          className="min-h-7 font-semibold text-accent touch:min-h-11"
          onClick={() => handlers.onContinue(message)}
        >
          <Trans>Continue</Trans>
        </button>
      </p>
    )
  }
  if (status !== 'failed') return null
  const seconds = error?.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs / 1000)
  return (
    <Notice
      action={
        <>
          {isUnfinished(message) && (
            <Button onClick={() => handlers.onContinue(message)}>
              <Trans>Continue</Trans>
            </Button>
          )}
          <Button onClick={() => handlers.onRegenerate(message)}>
            <Trans>Try again</Trans>
          </Button>
        </>
      }
    >
      {error ? (
        <FailureText failure={error} />
      ) : (
        <p>
          <Trans>Something went wrong while writing this answer.</Trans>
        </p>
      )}
      {seconds !== undefined && seconds > 0 && (
        <p className="text-small">
          <Plural value={seconds} one="Try again in # second." other="Try again in # seconds." />
        </p>
      )}
    </Notice>
  )
}
