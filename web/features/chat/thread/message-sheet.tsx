import { useState } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { ActionSheet, ActionSheetItem } from '../../../ui/action-sheet.tsx'
import { showToast } from '../../../ui/toasts.tsx'
import { copyMessage } from './copy-message.ts'
import { isUnfinished } from './message-actions.tsx'
import type { MessageHandlers } from './message-actions.tsx'
import { MessageFacts } from './message-facts.tsx'
import { useModels } from '../state/use-models.ts'

/** The actions of a message on a touch device, in a sheet that a long press opens. */
export function MessageSheet({
  message,
  name,
  time,
  handlers,
  onSelectText,
  onClose,
}: {
  message: MessageView
  name: string
  time: string
  handlers: MessageHandlers
  onSelectText: () => void
  onClose: () => void
}): ReactNode {
  const { t } = useLingui()
  const { models } = useModels()
  const [choosing, setChoosing] = useState(false)
  const answer = message.role === 'assistant'
  const others = models.filter((model) => model.id !== message.model).slice(0, 50)
  const copy = async (): Promise<void> => {
    showToast(
      (await copyMessage(message)) ? t`Copied` : t`Your browser blocked copying. Select the text instead.`,
    )
  }
  return (
    <ActionSheet
      label={name}
      about={answer ? <MessageFacts message={message} time={time} /> : message.text.slice(0, 120)}
      closeLabel={t`Close`}
      onClose={onClose}
    >
      {choosing ? (
        others.map((model) => (
          <ActionSheetItem
            key={model.id}
            icon="again"
            onSelect={() => handlers.onRegenerate(message, model.id)}
          >
            {model.name}
          </ActionSheetItem>
        ))
      ) : (
        <>
          <ActionSheetItem icon="copy" onSelect={() => void copy()}>
            {t`Copy`}
          </ActionSheetItem>
          <ActionSheetItem icon="select" onSelect={onSelectText}>
            {t`Select text`}
          </ActionSheetItem>
          {!answer && (
            <ActionSheetItem icon="edit" onSelect={() => handlers.onEdit(message)}>
              {t`Edit`}
            </ActionSheetItem>
          )}
          {answer && (
            <ActionSheetItem icon="again" onSelect={() => handlers.onRegenerate(message)}>
              {t`Regenerate`}
            </ActionSheetItem>
          )}
          {answer && others.length > 0 && (
            <ActionSheetItem icon="again" stays onSelect={() => setChoosing(true)}>
              {t`Regenerate with another model`}
            </ActionSheetItem>
          )}
          {answer && isUnfinished(message) && (
            <ActionSheetItem icon="onward" onSelect={() => handlers.onContinue(message)}>
              {t`Continue`}
            </ActionSheetItem>
          )}
          <ActionSheetItem icon="trash" danger onSelect={() => handlers.onDelete(message)}>
            {t`Delete`}
          </ActionSheetItem>
        </>
      )}
    </ActionSheet>
  )
}
