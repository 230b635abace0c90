import { useCallback, useState } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { ActionSheet, ActionSheetItem } from '../../../ui/action-sheet.tsx'
import { useLazyIf } from '../../../ui/lazy.ts'
import { showToast } from '../../../ui/toasts.tsx'
import { copyMessage } from './copy-message.ts'
import { isUnfinished } from './unfinished.ts'
import type { MessageHandlers } from './message-actions.tsx'
import { MessageFacts } from './message-facts.tsx'
import type { Model } from '../../models/find-models.ts'
import { lazyModelCombobox } from '../../models/lazy-model-combobox.ts'
import { useModels } from '../../models/use-models.ts'

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
  const running = message.status === 'running'
  const isOther = useCallback((model: Model) => model.id !== message.model, [message.model])
  const loaded = useLazyIf(choosing ? lazyModelCombobox : undefined)
  const copy = async (): Promise<void> => {
    showToast(
      (await copyMessage(message)) ? t`Copied` : t`Your browser blocked copying. Select the text instead.`,
    )
  }
  if (choosing && loaded) {
    return (
      <loaded.ModelCombobox
        label={t`Regenerate with another model`}
        value={null}
        offered={isOther}
        onClose={(choice) => {
          onClose()
          if (choice?.id) handlers.onRegenerate(message, choice.id)
        }}
      />
    )
  }
  return (
    <ActionSheet
      label={name}
      about={answer ? <MessageFacts message={message} time={time} /> : message.text.slice(0, 120)}
      closeLabel={t`Close`}
      onClose={onClose}
    >
      {!running && (
        <ActionSheetItem icon="copy" onSelect={() => void copy()}>
          {t`Copy`}
        </ActionSheetItem>
      )}
      <ActionSheetItem icon="select" onSelect={onSelectText}>
        {t`Select text`}
      </ActionSheetItem>
      {!answer && (
        <ActionSheetItem icon="edit" onSelect={() => handlers.onEdit(message)}>
          {t`Edit`}
        </ActionSheetItem>
      )}
      {answer && !running && (
        <ActionSheetItem icon="again" onSelect={() => handlers.onRegenerate(message)}>
          {t`Regenerate`}
        </ActionSheetItem>
      )}
      {answer && !running && models.some(isOther) && (
        <ActionSheetItem icon="again" stays onSelect={() => setChoosing(true)}>
          {t`Regenerate with another model`}
        </ActionSheetItem>
      )}
      {answer && isUnfinished(message) && (
        <ActionSheetItem icon="onward" onSelect={() => handlers.onContinue(message)}>
          {t`Continue`}
        </ActionSheetItem>
      )}
      <ActionSheetItem
        icon="branch"
        refusal={running ? t`Not while the answer is being written` : undefined}
        onSelect={() => handlers.onFork(message)}
      >
        {t`Fork from here`}
      </ActionSheetItem>
      {!running && (
        <ActionSheetItem icon="trash" danger onSelect={() => handlers.onDelete(message)}>
          {t`Delete`}
        </ActionSheetItem>
      )}
    </ActionSheet>
  )
}
