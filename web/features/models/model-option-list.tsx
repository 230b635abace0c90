// The elements that the rules prefer cannot be styled, or searched by words. The keys belong to the field, which has the
// focus and names the active option.
/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events */
import { useEffect, useRef } from 'react'
import type { PointerEvent, ReactNode, RefObject } from 'react'
import { useLingui } from '@lingui/react/macro'
import { classNames } from '../../ui/class-names.ts'
import { Icon } from '../../ui/icon.tsx'
import { includesWords } from './find-models.ts'
import type { Model, ModelGroup } from './find-models.ts'

/** Stands for the option without a model where the id of a model is expected. */
export const noneId = ''

/** The element id of an option. Ids of models may contain spaces, which an element id must not. */
export function optionId(listId: string, modelId: string): string {
  return `${listId}-${encodeURIComponent(modelId)}`
}

interface OptionListProps {
  id: string
  label: string
  groups: readonly ModelGroup[]
  /** The text of the option without a model, if it is shown. */
  none: string | undefined
  value: string | null
  active: string | undefined
  /** Whether the active option is scrolled into view when it changes. */
  followsActive: boolean
  query: string
  onActive: (id: string) => void
  onChoose: (id: string) => void
}

/** The options of the combobox for models. They never have the focus. */
export function ModelOptionList(given: OptionListProps): ReactNode {
  const { t } = useLingui()
  const { id, label, groups, none, value, active, query } = given
  const list = useFollowedOption(given)
  if (groups.length === 0 && none === undefined) return null
  const several = new Set(groups.flatMap(({ models }) => models.map((model) => model.connectionId))).size > 1
  const option = (modelId: string, name: string, about?: string): ReactNode => (
    <Option
      key={modelId}
      id={optionId(id, modelId)}
      name={name}
      about={about}
      chosen={modelId === (value ?? noneId)}
      active={modelId === active}
      onActive={() => given.onActive(modelId)}
      onChoose={() => given.onChoose(modelId)}
    />
  )
  return (
    <div
      ref={list}
      id={`${id}-list`}
      role="listbox"
      aria-label={label}
      tabIndex={-1}
      // A press must not take the focus from the field.
      onMouseDown={(event) => event.preventDefault()}
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-1 outline-none"
    >
      {none !== undefined && option(noneId, none)}
      {groups.map(({ connectionId, connectionName, models }) => {
        const recent = connectionId === undefined
        const name = connectionName ?? t`Recent`
        return (
          <div key={connectionId ?? noneId} role="group" aria-label={name}>
            {groups.length > 1 && (
              <div
                aria-hidden="true"
                className="truncate px-2.5 pt-2 pb-1 text-small font-semibold text-faint"
                dir="auto"
              >
                {name}
              </div>
            )}
            {models.map((model) =>
              option(model.id, model.name, aboutModel(model, { models, query, recent: recent && several })),
            )}
          </div>
        )
      })}
    </div>
  )
}

/** What tells a model from others: its id if the name does not explain the hit, its connection among recent models. */
function aboutModel(
  model: Model,
  { models, query, recent }: { models: readonly Model[]; query: string; recent: boolean },
): string | undefined {
  if (model.id !== model.name) {
    const ambiguous = models.some((other) => other !== model && other.name === model.name)
    if (ambiguous || !includesWords(`${model.name} ${model.connectionName}`, query)) return model.id
  }
  return recent ? model.connectionName : undefined
}

function Option({
  id,
  name,
  about,
  chosen,
  active,
  onActive,
  onChoose,
}: {
  id: string
  name: string
  about: string | undefined
  chosen: boolean
  active: boolean
  onActive: () => void
  onChoose: () => void
}): ReactNode {
  // Only when a mouse moves: a list that scrolls below a still pointer must not change the active option.
  const onPointerMove = ({ pointerType }: PointerEvent): void => {
    if (pointerType === 'mouse' && !active) onActive()
  }
  return (
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      tabIndex={-1}
      data-active={active || undefined}
      onClick={onChoose}
      onPointerMove={onPointerMove}
      className={classNames(
        'flex min-h-9 cursor-pointer scroll-my-1 items-center gap-2.5 rounded-small px-2.5 py-1.5 text-ui touch:min-h-11',
        // Where the user sets the colours, only the outline shows the active option.
        active && 'bg-hover outline-1 -outline-offset-1 outline-transparent',
      )}
    >
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]" dir="auto">
        {name}
      </span>
      {about !== undefined && (
        <span className="max-w-1/2 text-right text-small text-muted [overflow-wrap:anywhere]" dir="auto">
          {about}
        </span>
      )}
      {chosen && <Icon name="check" size={16} />}
    </div>
  )
}

/** Scrolls the active option into view, and the list to its top with the first option, so that its heading is seen. */
function useFollowedOption({
  id,
  groups,
  none,
  active,
  followsActive,
}: OptionListProps): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!followsActive || active === undefined) return
    const first = none === undefined ? groups[0]?.models[0]?.id : noneId
    if (active === first) list.current?.scrollTo({ top: 0 })
    else document.getElementById(optionId(id, active))?.scrollIntoView({ block: 'nearest' })
  }, [id, active, groups, none, followsActive])
  return list
}
