import type { ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { limits } from '../../../protocol/limits.ts'
import { call } from '../../api/call.ts'
import { NameField } from './name-field.tsx'
import { applyUserEvent } from './state/apply-user-event.ts'

/** The title of a chat while it is renamed, in place of the title. */
export function RenameField({
  chat,
  onDone,
}: {
  chat: ChatSummary
  /** See `NameField`. */
  onDone: (focused: boolean) => void
}): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const save = async (title: string): Promise<void> => {
    const summary = await call('updateChat', { params: { id: chat.id }, body: { title } })
    applyUserEvent(queryClient, { name: 'chat.changed', chat: summary })
  }
  return (
    <NameField
      label={t`Title`}
      before={chat.title}
      maxLength={limits.title}
      field="title"
      save={save}
      onDone={onDone}
    />
  )
}
