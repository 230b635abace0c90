import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import { Icon } from '../../ui/icon.tsx'
import { ModelChooser } from '../models/model-chooser.tsx'
import { useModels } from '../models/use-models.ts'

/** Chooses the model that answers the next message of this chat. */
export function ModelPicker({
  model,
  onChoose,
  onLeave,
}: {
  model: string | null
  onChoose: (model: string) => void
  /** Called when a list that was opened by a mouse or finger is closed without a choice. */
  onLeave: () => void
}): ReactNode {
  const { t } = useLingui()
  const { models, loading } = useModels()
  const chosen = models.find((it) => it.id === model)
  const name = chosen?.name ?? (loading ? t`Loading models…` : t`No model`)
  return (
    <ModelChooser
      label={t`Model`}
      value={model}
      onChoose={(id) => id !== null && onChoose(id)}
      onLeave={onLeave}
      renderOpener={(props) => (
        <button
          {...props}
          type="button"
          data-model-picker=""
          aria-label={t`Model: ${name}`}
          // On a phone, the button looks 24 px high, but reacts to touches on 44 px.
          className="inline-flex min-h-9 max-w-full min-w-0 items-center gap-1 rounded-medium px-2 text-muted hover:bg-hover hover:text-text aria-busy:opacity-60 aria-expanded:bg-hover touch:min-h-11 max-md:min-h-6 max-md:touch:min-h-6 max-md:px-0 max-md:text-small max-md:touch:relative max-md:touch:after:absolute max-md:touch:after:inset-x-0 max-md:touch:after:-inset-y-2.5"
        >
          <span className="truncate">{name}</span>
          <Icon name="down" size={16} />
        </button>
      )}
    />
  )
}
