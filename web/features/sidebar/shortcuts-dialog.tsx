import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import { Dialog } from '../../ui/dialog.tsx'
import { isMac } from './shortcuts.ts'

export function ShortcutsDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useLingui()
  const mod = isMac() ? '⌘' : t`Ctrl`
  const rows: [string, string][] = [
    [t`New chat`, `${mod} Shift O`],
    [t`Search chats`, `${mod} K`],
    [t`Choose a model`, `${mod} Shift M`],
    [t`Show or hide chats`, `${mod} Shift S`],
    [t`Go to the message field`, 'Shift Esc'],
    [t`Previous or next message`, 'Alt ↑ ↓'],
    [t`Stop the answer`, 'Esc'],
    [t`Edit your last message`, t`↑ in an empty message field`],
    [t`New line`, 'Shift Enter'],
    [t`Select chats in the list`, t`Space, then Shift ↑ ↓`],
    [t`Show these shortcuts`, `? · ${mod} /`],
  ]
  return (
    <Dialog title={t`Keyboard shortcuts`} closeLabel={t`Close`} onClose={onClose}>
      <dl className="flex flex-col">
        {rows.map(([what, keys]) => (
          <div
            key={what}
            className="flex items-center justify-between gap-4 border-t border-border py-2 first:border-0"
          >
            <dt>{what}</dt>
            <dd className="text-right text-muted">{keys}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
