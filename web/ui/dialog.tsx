import { useId, useRef } from 'react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { useModal } from './use-modal.ts'

/**
 * A modal dialog. The native element makes the page behind it inert and keeps the focus inside; on close, the opener
 * gets the focus back. Mount it to open it.
 */
export function Dialog({
  title,
  closeLabel,
  onClose,
  children,
  role,
}: {
  title: string
  /** The label of the close button. Without it there is no such button. */
  closeLabel?: string
  onClose?: () => void
  children: ReactNode
  role?: 'alertdialog'
}): ReactNode {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const modal = useModal(ref, onClose)
  return (
    <dialog
      ref={ref}
      role={role}
      tabIndex={-1}
      aria-labelledby={titleId}
      {...modal}
      className="rise w-[min(28rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] overflow-y-auto outline-none rounded-large bg-raised p-0 shadow-floating"
    >
      <div className="flex flex-col gap-4 p-5">
        <div className="flex items-start justify-between gap-4">
          <h2 id={titleId} className="text-title font-semibold [overflow-wrap:anywhere]">
            {title}
          </h2>
          {closeLabel && onClose && (
            <IconButton icon="close" label={closeLabel} size="small" onClick={onClose} />
          )}
        </div>
        {children}
      </div>
    </dialog>
  )
}
