import { useId } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import { fieldBox } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ModelChooser } from './model-chooser.tsx'
import { useModels } from './use-models.ts'

/** A setting whose value is a model, or none. */
export function ModelField({
  label,
  none,
  value,
  disabled = false,
  onChange,
}: {
  label: string
  /** The text for the choice of no model. */
  none: string
  value: string | null
  disabled?: boolean
  onChange: (id: string | null) => void
}): ReactNode {
  const { t } = useLingui()
  const id = useId()
  const { models, loading, error } = useModels()
  const model = models.find((it) => it.id === value)
  const missing = value !== null && !model && !loading && !error
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label id={`${id}-label`} htmlFor={id} className="font-medium">
        {label}
      </label>
      <ModelChooser
        label={label}
        value={value}
        none={none}
        onChoose={onChange}
        renderOpener={(props) => (
          <button
            {...props}
            type="button"
            id={id}
            disabled={disabled}
            aria-labelledby={`${id}-label ${id}`}
            aria-describedby={missing ? `${id}-hint` : undefined}
            className={`${fieldBox} flex items-center justify-between gap-2 border-border-strong text-left`}
          >
            <span className="truncate">{value === null ? none : (model?.name ?? value)}</span>
            <span className="text-muted">
              <Icon name="down" size={16} />
            </span>
          </button>
        )}
      />
      {missing && (
        <p id={`${id}-hint`} className="text-small text-warning">
          {t`This model isn’t available now. Choose another one, or check its connection.`}
        </p>
      )}
    </div>
  )
}
