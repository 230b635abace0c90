import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

/** A switch that takes effect at once. */
export function Switch({
  label,
  describedBy,
  checked,
  disabled = false,
  onChange,
}: {
  label: string
  /** The id of the element that describes the switch. */
  describedBy?: string
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}): ReactNode {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      aria-label={label}
      aria-describedby={describedBy}
      title={label}
      disabled={disabled}
      onClick={() => onChange(!checked)}
      className="inline-flex min-h-7 shrink-0 items-center disabled:opacity-50 touch:min-h-11"
    >
      <span
        className={classNames(
          'flex h-5 w-9 items-center rounded-full border px-0.5 transition-colors duration-(--motion-quick)',
          checked ? 'justify-end border-accent bg-accent' : 'justify-start border-border-strong bg-surface-2',
        )}
      >
        <span className={classNames('size-3.5 rounded-full', checked ? 'bg-on-accent' : 'bg-muted')} />
      </span>
    </button>
  )
}
