import { useId } from 'react'
import type { ReactNode } from 'react'
import { Switch } from './switch.tsx'

/** A switch in a form, with its label and an optional hint. */
export function SwitchField({
  label,
  hint,
  checked,
  disabled = false,
  onChange,
}: {
  label: string
  hint?: string
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}): ReactNode {
  const hintId = useId()
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center justify-between gap-4">
        <span className="font-medium">{label}</span>
        <Switch
          label={label}
          {...(hint === undefined ? {} : { describedBy: hintId })}
          checked={checked}
          disabled={disabled}
          onChange={onChange}
        />
      </div>
      {hint !== undefined && (
        <p id={hintId} className="text-small text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}
