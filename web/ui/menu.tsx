import { createContext, useCallback, useContext, useId, useLayoutEffect, useRef, useState } from 'react'
import type { KeyboardEvent, ReactElement, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'
import { moveBeside } from './place-beside.ts'

interface TriggerProps {
  popoverTarget: string
  'aria-haspopup': 'menu'
  'aria-expanded': boolean
}

const maxHeight = '24rem'

/** There, a menu is a sheet at the bottom of the screen, near the thumb. */
const phone = (): MediaQueryList => matchMedia('(pointer: coarse) and (max-width: 40rem)')

const Close = createContext<() => void>(() => undefined)

/**
 * A menu in the browser's top layer. As a native popover it closes on Escape or a click outside, and the focus returns
 * to the opener. On a phone it is a sheet at the bottom of the screen. Arrow keys, Home, End and first letters move the focus inside the menu.
 */
export function Menu({
  label,
  renderTrigger,
  children,
  width = 'min-w-48',
}: {
  label: string
  renderTrigger: (props: TriggerProps) => ReactElement
  children: ReactNode
  width?: string
}): ReactNode {
  const id = useId()
  const ref = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  const close = useCallback(() => ref.current?.hidePopover(), [])

  useLayoutEffect(() => {
    const menu = ref.current
    if (!menu || !open) return
    const opener = document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(id)}"]`)
    if (phone().matches) menu.removeAttribute('style')
    else if (opener) moveBeside(menu, opener, maxHeight)
    menu.toggleAttribute('data-sheet', phone().matches)
    const chosen = menu.querySelector<HTMLElement>('[aria-checked="true"]')
    ;(chosen ?? itemsOf(menu)[0])?.focus()
  }, [open, id])

  return (
    <>
      {renderTrigger({ popoverTarget: id, 'aria-haspopup': 'menu', 'aria-expanded': open })}
      <div
        ref={ref}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onToggle={(event) => setOpen(event.newState === 'open')}
        onKeyDown={(event) => moveInside(event)}
        className={classNames(
          'appear max-h-96 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-medium border border-border bg-raised p-1 shadow-floating',
          width,
        )}
      >
        {open && <Close value={close}>{children}</Close>}
      </div>
    </>
  )
}

export function MenuItem({
  icon,
  children,
  danger = false,
  checked,
  hint,
  onSelect,
}: {
  icon?: IconName
  children: ReactNode
  danger?: boolean
  checked?: boolean
  hint?: ReactNode
  onSelect: () => void
}): ReactNode {
  const close = useContext(Close)
  return (
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      tabIndex={-1}
      onClick={() => {
        close()
        onSelect()
      }}
      className={classNames(
        'flex min-h-9 w-full items-center gap-2.5 rounded-small px-2.5 py-1.5 text-left text-ui touch:min-h-11',
        'hover:bg-hover focus:bg-hover focus:outline-none focus-visible:outline-2 focus-visible:-outline-offset-2',
        danger ? 'text-danger' : 'text-text',
      )}
    >
      {icon && <Icon name={icon} size={18} />}
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</span>
      {hint && <span className="text-small text-faint">{hint}</span>}
      {checked && <Icon name="check" size={16} />}
    </button>
  )
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)')]
}

function moveInside(event: KeyboardEvent<HTMLDivElement>): void {
  const items = itemsOf(event.currentTarget)
  const at = items.indexOf(document.activeElement as HTMLElement)
  const to =
    event.key === 'ArrowDown'
      ? items[(at + 1) % items.length]
      : event.key === 'ArrowUp'
        ? items.at(at <= 0 ? -1 : at - 1)
        : event.key === 'Home'
          ? items[0]
          : event.key === 'End'
            ? items.at(-1)
            : event.key.length === 1 && !event.ctrlKey && !event.metaKey
              ? [...items.slice(at + 1), ...items.slice(0, at + 1)].find((item) =>
                  item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()),
                )
              : undefined
  if (event.key === 'Tab') event.currentTarget.hidePopover()
  if (!to) return
  event.preventDefault()
  to.focus()
}
