import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { IconButton } from '../../../ui/button.tsx'
import type { QueueState } from './queue-state.ts'
import type { QueuedMessage } from './queued-messages.ts'

/** Shows the messages that wait for the running answer to end. */
export function QueueList({
  queue,
  state,
  onSendNow,
  onEdit,
  onRemove,
}: {
  queue: readonly QueuedMessage[]
  state: QueueState
  onSendNow: (item: QueuedMessage) => void
  onEdit: (item: QueuedMessage) => void
  onRemove: (item: QueuedMessage) => void
}): ReactNode {
  const { t } = useLingui()
  if (queue.length === 0) return null
  return (
    <section aria-label={t`Queued messages`} className="flex flex-col gap-1 pb-2">
      <p className="px-4 text-small text-muted">
        {state === 'refused' ? (
          <Trans>Not sent</Trans>
        ) : state === 'held' ? (
          <Trans>Not sent, because the previous answer is incomplete</Trans>
        ) : (
          <Trans>Will be sent when the current answer is done</Trans>
        )}
      </p>
      <ul className="flex flex-col gap-1">
        {queue.map((item) => (
          <li key={item.id} className="flex items-center gap-1 rounded-medium bg-surface-2 py-1 pr-1 pl-4">
            <span className="own-direction line-clamp-2 min-w-0 flex-1 [overflow-wrap:anywhere]">
              {item.text.slice(0, 400)}
            </span>
            <IconButton size="small" icon="send" label={t`Send now`} onClick={() => onSendNow(item)} />
            <IconButton size="small" icon="edit" label={t`Edit`} onClick={() => onEdit(item)} />
            <IconButton
              size="small"
              icon="close"
              label={t`Remove from queue`}
              onClick={() => onRemove(item)}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}
