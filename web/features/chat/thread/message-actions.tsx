import { useCallback, useState } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { IconButton } from '../../../ui/button.tsx'
import { classNames } from '../../../ui/class-names.ts'
import { copyMessage } from './copy-message.ts'
import type { Model } from '../../models/find-models.ts'
import { ModelChooser } from '../../models/model-chooser.tsx'
import { useModels } from '../../models/use-models.ts'
import { isUnfinished } from './unfinished.ts'

export interface MessageHandlers {
  onEdit: (message: MessageView) => void
  onRegenerate: (message: MessageView, model?: string) => void
  onContinue: (message: MessageView) => void
  /** Also called for an answer that is still being written; then it explains why that is not possible. */
  onFork: (message: MessageView) => void
  onDelete: (message: MessageView) => void
}

/** The actions of a message, in a line below it: visible on hover and focus, always visible on the last answer. */
export function MessageActions({
  message,
  always,
  handlers,
  children,
}: {
  message: MessageView
  always: boolean
  handlers: MessageHandlers
  /** The version switch and the facts, which stand in the same line. */
  children: ReactNode
}): ReactNode {
  const { t } = useLingui()
  const answer = message.role === 'assistant'
  return (
    <ActionLine answer={answer} always={always}>
      <CopyButton message={message} />
      {!answer && (
        <IconButton size="small" icon="edit" label={t`Edit`} onClick={() => handlers.onEdit(message)} />
      )}
      {answer && <RegenerateButtons message={message} handlers={handlers} />}
      {answer && isUnfinished(message) && (
        <IconButton
          size="small"
          icon="onward"
          label={t`Continue`}
          onClick={() => handlers.onContinue(message)}
        />
      )}
      <IconButton
        size="small"
        icon="branch"
        label={t`Fork from here`}
        onClick={() => handlers.onFork(message)}
      />
      <IconButton size="small" icon="trash" label={t`Delete`} onClick={() => handlers.onDelete(message)} />
      {children}
    </ActionLine>
  )
}

/** The line below an answer that is still being written: its only action is not possible yet, and says why. */
export function RunningActions({
  message,
  onFork,
}: {
  message: MessageView
  onFork: MessageHandlers['onFork']
}): ReactNode {
  const { t } = useLingui()
  return (
    <ActionLine answer always={false}>
      <IconButton
        size="small"
        icon="branch"
        aria-disabled
        label={t`Fork from here: not while the answer is being written`}
        onClick={() => onFork(message)}
      />
    </ActionLine>
  )
}

function ActionLine({
  answer,
  always,
  children,
}: {
  answer: boolean
  always: boolean
  children: ReactNode
}): ReactNode {
  return (
    <div
      data-actions=""
      className={classNames(
        'flex min-h-8 touch:min-h-11 flex-wrap items-center gap-0.5 text-small text-faint transition-opacity duration-(--motion-quick)',
        answer ? '-ml-1.5' : 'justify-end -mr-1.5',
        !always && 'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100',
      )}
    >
      {children}
    </div>
  )
}

function CopyButton({ message }: { message: MessageView }): ReactNode {
  const { t } = useLingui()
  const [said, setSaid] = useState<'copied' | 'refused' | null>(null)
  const copy = async (): Promise<void> => {
    setSaid((await copyMessage(message)) ? 'copied' : 'refused')
    setTimeout(() => setSaid(null), 2000)
  }
  return (
    <>
      <IconButton
        size="small"
        icon={said === 'copied' ? 'check' : 'copy'}
        label={t`Copy`}
        onClick={() => void copy()}
      />
      <output className={said ? 'px-1' : ''}>
        {said === 'copied' && t`Copied`}
        {said === 'refused' && t`Your browser blocked copying. Select the text instead.`}
      </output>
    </>
  )
}

/** Regenerates with one press. If there are other models, a second button chooses one of them. */
function RegenerateButtons({
  message,
  handlers,
}: {
  message: MessageView
  handlers: MessageHandlers
}): ReactNode {
  const { t } = useLingui()
  const { models } = useModels()
  const isOther = useCallback((model: Model) => model.id !== message.model, [message.model])
  return (
    <>
      <IconButton
        size="small"
        icon="again"
        label={t`Regenerate`}
        onClick={() => handlers.onRegenerate(message)}
      />
      {models.some(isOther) && (
        <ModelChooser
          label={t`Regenerate with another model`}
          value={null}
          offered={isOther}
          onChoose={(model) => model !== null && handlers.onRegenerate(message, model)}
          renderOpener={(props) => (
            <IconButton {...props} size="small" icon="down" label={t`Regenerate with another model`} />
          )}
        />
      )}
    </>
  )
}
