import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../../protocol/http/chats.ts'
import { MenuItem } from '../../../ui/menu.tsx'
import { showToast } from '../../../ui/toasts.tsx'
import { printPage } from '../../../ui/use-printing.ts'
import { errorText } from '../../errors/error-text.ts'
import { useModels } from '../../models/use-models.ts'

/** The items of a chat's menu that save the chat as a file, and print it if it is open. */
export function SaveItems({ chat, open }: { chat: ChatSummary; open: boolean }): ReactNode {
  const { t } = useLingui()
  const { models } = useModels()
  const nameOf = (model: string): string => models.find(({ id }) => id === model)?.name ?? model
  const save = async (write: (saving: typeof import('./save-chat.ts')) => Promise<string>): Promise<void> => {
    try {
      // Rarely used, so it is loaded when it is needed.
      const name = await write(await import('./save-chat.ts'))
      showToast(t`Saved as ${name}`)
    } catch (error) {
      showToast(errorText(error))
    }
  }
  return (
    <>
      <MenuItem icon="download" onSelect={() => void save((it) => it.saveAsMarkdown(chat, nameOf))}>
        <Trans>Save as Markdown</Trans>
      </MenuItem>
      <MenuItem icon="download" onSelect={() => void save((it) => it.saveAsJson(chat))}>
        <Trans>Save as JSON</Trans>
      </MenuItem>
      {open && (
        <MenuItem icon="print" onSelect={() => void printPage()}>
          <Trans>Print</Trans>
        </MenuItem>
      )}
    </>
  )
}
