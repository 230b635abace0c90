import { createContext, useContext, useEffect, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'
import { pressedPoints } from './opening-press.ts'
import { useModal } from './use-modal.ts'

const fingerPx = 20

const Close = createContext<() => void>(() => undefined)
const DangerFirst = createContext(false)

/**
 * A list of actions at the bottom of a phone's screen: a modal dialog with one large button per line. Escape, a tap
 * outside or the last button closes it. Mount it to open it; when it closes, the previous element gets the focus back.
 * Put dangerous items last. If they would appear under the finger that opened the sheet, they are moved to the top.
 */
export function ActionSheet({
  label,
  about,
  closeLabel,
  onClose,
  children,
}: {
  label: string
  /** A faint line that names the object of the actions. */
  about?: ReactNode
  closeLabel: string
  onClose: () => void
  children: ReactNode
}): ReactNode {
  const ref = useRef<HTMLDialogElement>(null)
  const modal = useModal(ref, onClose)
  const dangerFirst = useDangerUnderFinger(ref)
  const close = (): void => {
    // Close at once, because the page must not be inert any more when the action changes it.
    ref.current?.close()
    onClose()
  }
  return (
    <dialog
      ref={ref}
      aria-label={label}
      {...modal}
      className="rise mx-auto mt-auto mb-0 max-h-[80dvh] w-full max-w-112 overflow-y-auto overscroll-contain rounded-t-large bg-raised p-0 shadow-floating"
    >
      <div className="flex flex-col gap-0.5 p-2 pb-[max(0.5rem,env(safe-area-inset-bottom))] select-none">
        {about !== undefined && (
          <p className="-order-2 truncate px-3 pt-2 pb-1.5 text-small text-faint" dir="auto">
            {about}
          </p>
        )}
        <Close value={close}>
          <DangerFirst value={dangerFirst}>{children}</DangerFirst>
        </Close>
        <button
          type="button"
          onClick={close}
          className="mt-1 min-h-12 w-full rounded-medium bg-surface-2 px-3 text-ui font-semibold text-text"
        >
          {closeLabel}
        </button>
      </div>
    </dialog>
  )
}

/** Whether the press that opened the sheet is still down and is over one of the dangerous items. */
function useDangerUnderFinger(ref: RefObject<HTMLDialogElement | null>): boolean {
  const [under, setUnder] = useState(false)
  // Runs after the earlier effect of the same component that has shown the sheet.
  useEffect(() => {
    const items = [...(ref.current?.querySelectorAll('[data-danger]') ?? [])]
    const boxes = items.map((item) => item.getBoundingClientRect())
    setUnder(pressedPoints().some(({ x, y }) => boxes.some((box) => isWithin(box, x, y))))
  }, [ref])
  return under
}

/** Adds a vertical margin for the size of a finger, and because the sheet is still moving up. */
function isWithin(box: DOMRect, x: number, y: number): boolean {
  return x >= box.left && x <= box.right && y >= box.top - fingerPx && y <= box.bottom + fingerPx
}

export function ActionSheetItem({
  icon,
  children,
  danger = false,
  stays = false,
  refusal,
  onSelect,
}: {
  icon?: IconName
  children: ReactNode
  danger?: boolean
  /** Why the action is not possible now. `onSelect` is still called, so that it can say what to do. */
  refusal?: string | undefined
  /** Keeps the sheet open, for an item that leads to further items in it. */
  stays?: boolean
  onSelect: () => void
}): ReactNode {
  const close = useContext(Close)
  const dangerFirst = useContext(DangerFirst)
  return (
    <button
      type="button"
      data-danger={danger ? '' : undefined}
      aria-disabled={refusal !== undefined || undefined}
      onClick={() => {
        if (!stays) close()
        onSelect()
      }}
      className={classNames(
        'flex min-h-12 w-full items-center gap-3 rounded-medium px-3 py-2 text-left text-answer hover:bg-hover active:bg-hover',
        'focus-visible:-outline-offset-2',
        danger ? 'text-danger' : refusal === undefined ? 'text-text' : 'text-muted',
        danger && dangerFirst && '-order-1',
      )}
    >
      {icon && <Icon name={icon} />}
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        {children}
        {refusal !== undefined && <span className="block text-small">{refusal}</span>}
      </span>
      {stays && <Icon name="right" size={16} />}
    </button>
  )
}
