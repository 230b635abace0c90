import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { toLocalTime } from '../../../api/server-clock.ts'
import { AnswerText } from './answer-text.tsx'
import { AnswerProblem } from './answer-problem.tsx'
import type { AnswerHandlers } from './answer-problem.tsx'
import { linkOf } from '../../../live/run-store.ts'
import { useIsInterrupted } from '../state/live-context.tsx'
import { useModels } from '../../models/use-models.ts'
import { useAnswer } from './use-answer.ts'

/**
 * An answer: its text, and the reason if it failed. Its dot is hollow while no words can arrive; the status line says why.
 */
export function Answer({
  chatId,
  message,
  handlers,
}: {
  chatId: string
  message: MessageView
  handlers: AnswerHandlers
}): ReactNode {
  const { text, run } = useAnswer(chatId, message)
  const { models } = useModels()
  const running = message.status === 'running'
  const link = run ? linkOf(run) : 'live'
  const isInterrupted = useIsInterrupted(running)
  return (
    <div className="flex flex-col gap-2">
      {/* Above the text: below it, the growing text would move the button away from the pointer. */}
      {run?.replacedText != null && <PreviousVersion text={run.replacedText} />}
      <div data-words="">
        <AnswerText
          source={text ?? message.text}
          streaming={running}
          awaiting={link === 'moving' || link === 'stalled' || isInterrupted}
          startedAt={toLocalTime(message.createdAt)}
          reasoningMs={message.reasoningMs}
          provider={models.find(({ id }) => id === message.model)?.connectionName}
        />
      </div>
      {running && (run?.phase ?? message.phase) === 'stopping' && <Stopping />}
      {!running && <AnswerProblem message={message} handlers={handlers} />}
    </div>
  )
}

/** A regenerated answer keeps the version that the user was reading. */
function PreviousVersion({ text }: { text: string }): ReactNode {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div className="text-small text-muted">
      <Trans>Regenerated</Trans>
      {' · '}
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        className="min-h-7 font-semibold text-accent touch:min-h-11"
        onClick={() => setOpen(!open)}
      >
        {open ? <Trans>hide previous</Trans> : <Trans>show previous</Trans>}
      </button>
      {open && (
        <p
          id={id}
          className="own-direction mt-1 rounded-medium bg-surface-1 px-3 py-2 whitespace-pre-wrap [overflow-wrap:anywhere]"
        >
          {text}
        </p>
      )}
    </div>
  )
}

function Stopping(): ReactNode {
  return (
    <p className="text-small text-muted">
      <Trans>Stopping…</Trans>
    </p>
  )
}
