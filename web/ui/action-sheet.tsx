import { createContext, useContext, useEffect, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'
import { pressedPlaces } from './opening-press.ts'
import { useModal } from './use-modal.ts'

const fingerPx = 20

const Close = createContext<() => void>(() => undefined)
const DangerFirst = createContext(false)

/**
 * What can be done with a thing, from the foot of a phone's screen: a modal dialog with one large button a line, left
 * by Escape, by a tap beside it, or by its last button. Mount it to open it; the focus goes back to where it was.
 * Dangerous items belong at the end; they stand at the top where the finger that opened the sheet is over them.
 */
export function ActionSheet({
  label,
  about,
  closeLabel,
  onClose,
  children,
}: {
  label: string
  /** A faint line that says what it is about. */
  about?: ReactNode
  closeLabel: string
  onClose: () => void
  children: ReactNode
}): ReactNode {
  const ref = useRef<HTMLDialogElement>(null)
  const modal = useModal(ref, onClose)
  const dangerFirst = useDangerUnderFinger(ref)
  const close = (): void => {
    // At once: what an action does to the page must not meet a page that is still inert.
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

/** Whether a press that is still down, with which the sheet came, is over a dangerous item of it. */
function useDangerUnderFinger(ref: RefObject<HTMLDialogElement | null>): boolean {
  const [under, setUnder] = useState(false)
  // After the sheet is shown, which an effect of the same component did before.
  useEffect(() => {
    const items = [...(ref.current?.querySelectorAll('[data-danger]') ?? [])]
    const boxes = items.map((item) => item.getBoundingClientRect())
    setUnder(pressedPlaces().some(({ x, y }) => boxes.some((box) => isWithin(box, x, y))))
  }, [ref])
  return under
}

/** With the width of a finger, and the way that the sheet still rises. */
function isWithin(box: DOMRect, x: number, y: number): boolean {
  return x >= box.left && x <= box.right && y >= box.top - fingerPx && y <= box.bottom + fingerPx
}

export function ActionSheetItem({
  icon,
  children,
  danger = false,
  stays = false,
  onSelect,
}: {
  icon?: IconName
  children: ReactNode
  danger?: boolean
  /** It leads to more inside the sheet, which stays open. */
  stays?: boolean
  onSelect: () => void
}): ReactNode {
  const close = useContext(Close)
  const dangerFirst = useContext(DangerFirst)
  return (
    <button
      type="button"
      data-danger={danger ? '' : undefined}
      onClick={() => {
        if (!stays) close()
        onSelect()
      }}
      className={classNames(
        'flex min-h-12 w-full items-center gap-3 rounded-medium px-3 py-2 text-left text-answer hover:bg-hover active:bg-hover',
        'focus-visible:-outline-offset-2',
        danger ? 'text-danger' : 'text-text',
        danger && dangerFirst && '-order-1',
      )}
    >
      {icon && <Icon name={icon} />}
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</span>
      {stays && <Icon name="right" size={16} />}
    </button>
  )
}
