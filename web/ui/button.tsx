import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'type'> & {
  ref?: Ref<HTMLButtonElement>
  type?: 'button' | 'submit'
}

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong font-semibold',
  quiet: 'text-text hover:bg-hover border border-border-strong',
  plain: 'text-muted hover:bg-hover hover:text-text',
  danger: 'text-danger hover:bg-danger-soft border border-border-strong',
} as const

/** At least 44 px high on touch screens, otherwise 36 px. */
export function Button({
  look = 'quiet',
  icon,
  busy = false,
  wide = false,
  children,
  disabled,
  type = 'button',
  ...rest
}: Native & { look?: keyof typeof looks; icon?: IconName; busy?: boolean; wide?: boolean }): ReactNode {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled ?? false}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
      className={classNames(
        'inline-flex min-h-9 touch:min-h-11 items-center justify-center gap-2 rounded-medium px-3.5 py-1.5 text-ui',
        'transition-colors duration-(--motion-quick) disabled:opacity-50',
        wide && 'w-full',
        busy && 'opacity-70',
        looks[look],
      )}
    >
      {icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  )
}

/** A button with only an icon. `label` is its accessible name and its tooltip, which also names the keys that press it. */
export function IconButton({
  icon,
  label,
  size = 'medium',
  filled = false,
  pressed,
  keys,
  type = 'button',
  ...rest
}: Native & {
  icon: IconName
  label: string
  size?: 'small' | 'medium' | 'large'
  filled?: boolean
  pressed?: boolean
  keys?: string
}): ReactNode {
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      title={keys === undefined ? label : `${label} (${keys})`}
      aria-pressed={pressed}
      className={classNames(
        'inline-flex shrink-0 items-center justify-center touch:size-11 transition-colors duration-(--motion-quick)',
        size === 'small'
          ? 'size-7 rounded-small'
          : size === 'medium'
            ? 'size-9 rounded-medium'
            : 'size-10 rounded-full',
        filled
          ? 'bg-accent text-on-accent hover:bg-accent-strong disabled:bg-hover disabled:text-faint'
          : 'text-muted hover:bg-hover hover:text-text disabled:opacity-40 aria-disabled:opacity-40',
      )}
    >
      <Icon name={icon} size={size === 'small' ? 16 : 20} />
    </button>
  )
}
