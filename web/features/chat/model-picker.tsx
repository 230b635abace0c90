import { useState } from 'react'
import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Icon } from '../../ui/icon.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { sentenceFor } from '../errors/error-text.ts'
import { useModels } from './state/use-models.ts'

/** With more models than this, the menu has a filter field. */
const filterFrom = 8

/** Chooses the model that answers the next message of this chat. */
export function ModelPicker({
  model,
  onChoose,
}: {
  model: string | null
  onChoose: (model: string) => void
}): ReactNode {
  const { t } = useLingui()
  const { models, problems, loading } = useModels()
  const chosen = models.find((it) => it.id === model)
  const name = chosen?.name ?? (loading ? t`Loading models…` : t`No model`)
  const [filter, setFilter] = useState('')
  const wanted = filter.trim().toLowerCase()
  const shown = models
    .filter((it) => `${it.name} ${it.connectionName}`.toLowerCase().includes(wanted))
    .slice(0, 100)
  const severalConnections = new Set(models.map((it) => it.connectionId)).size > 1
  return (
    <Menu
      label={t`Model`}
      width="w-72"
      renderTrigger={(props) => (
        <button
          {...props}
          type="button"
          aria-label={t`Model: ${name}`}
          onClick={() => setFilter('')}
          className="inline-flex min-h-9 max-w-full min-w-0 items-center gap-1 rounded-medium px-2 text-muted hover:bg-hover hover:text-text touch:min-h-11 max-md:min-h-6 max-md:touch:min-h-6 max-md:px-0 max-md:text-small"
        >
          <span className="truncate">{name}</span>
          <Icon name="down" size={16} />
        </button>
      )}
    >
      {models.length > filterFrom && (
        <input
          type="text"
          aria-label={t`Filter models`}
          placeholder={t`Filter models`}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          className="mb-1 min-h-9 w-full rounded-small bg-surface-1 px-2.5 text-ui touch:min-h-11 touch:text-answer"
        />
      )}
      {shown.map((it) => (
        <MenuItem
          key={it.id}
          checked={it.id === model}
          hint={severalConnections ? it.connectionName : undefined}
          onSelect={() => onChoose(it.id)}
        >
          {it.name}
        </MenuItem>
      ))}
      {shown.length === 0 && (
        <p className="px-2.5 py-2 text-muted">
          {models.length === 0 ? (
            <Trans>No model is connected.</Trans>
          ) : (
            <Trans>No models match your search.</Trans>
          )}
        </p>
      )}
      {problems.map((problem) => (
        <p
          key={problem.connectionName}
          className="px-2.5 py-1.5 text-small text-warning [overflow-wrap:anywhere]"
        >
          {problem.connectionName}: {sentenceFor(problem.code ?? '') ?? problem.message}
        </p>
      ))}
    </Menu>
  )
}
