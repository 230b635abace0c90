import { use, useRef } from 'react'
import type { ReactNode } from 'react'
import { IconButton } from '../button.tsx'
import { useModal } from '../use-modal.ts'
import { MarkdownLabelsContext } from './markdown-labels.ts'

/** A table on the whole screen, where it scrolls in both directions. Mount it to open it. */
export function TableScreen({ onClose, children }: { onClose: () => void; children: ReactNode }): ReactNode {
  const labels = use(MarkdownLabelsContext)
  const ref = useRef<HTMLDialogElement>(null)
  const modal = useModal(ref, onClose)
  return (
    <dialog ref={ref} aria-label={labels.table} className="md-screen" {...modal}>
      <div className="md-screen-head">
        <IconButton icon="close" label={labels.close} onClick={onClose} />
      </div>
      {children}
    </dialog>
  )
}
