import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode, RefObject } from 'react'
import { useLingui } from '@lingui/react/macro'
import { IconButton } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'
import { Icon } from '../../ui/icon.tsx'
import { moveBeside } from '../../ui/place-beside.ts'
import { useModal } from '../../ui/use-modal.ts'
import { findModels, includesWords, indexModels, shortList } from './find-models.ts'
import type { FoundModels, Model } from './find-models.ts'
import { ModelListNotes } from './model-list-notes.tsx'
import { ModelOptionList, noneId, optionId } from './model-option-list.tsx'
import { moveActive } from './move-active.ts'
import { readRecentModels } from './recent-models.ts'
import { useFreshModels } from './use-models.ts'

export interface ModelChoice {
  /** The chosen model; null for the option without a model. */
  id: string | null
}

/** More lines would make each key press slow. A user who looks for another model types more of its name. */
const limit = 100
/** The maximum height beside an opener. */
const maxHeight = '26rem'

/**
 * Chooses a model by typing: a field with a list of the hits, beside its opener or, on a phone, in a sheet. It is a
 * modal dialog around the combobox pattern of ARIA: the field keeps the focus and names the active option. Mount it to
 * open it.
 */
export function ModelCombobox({
  label,
  opener,
  value,
  none,
  offered,
  onClose,
}: {
  label: string
  /** The element beside which it opens on a large screen; without it, it opens in the middle. */
  opener?: RefObject<HTMLElement | null>
  value: string | null
  none?: string | undefined
  offered?: ((model: Model) => boolean) | undefined
  onClose: (choice?: ModelChoice) => void
}): ReactNode {
  const { t } = useLingui()
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const modal = useModal(dialog, () => onClose())
  usePlacedDialog(dialog, opener)
  const known = useFreshModels()
  const [query, setQuery] = useState('')
  const found = useFoundModels(known.models, { offered, query, chosen: value })
  const showsNone = none !== undefined && includesWords(none, query)
  const shown = [
    ...(showsNone ? [noneId] : []),
    ...found.groups.flatMap((group) => group.models.map((model) => model.id)),
  ]
  const [moved, setMoved] = useState<{ query: string; id: string; byKey: boolean } | undefined>()
  // Each change of the query makes the first hit active.
  const active =
    moved?.query === query && shown.includes(moved.id) ? moved.id : firstActive(shown, query, value)
  const count = found.count + (showsNone ? 1 : 0)

  const choose = (chosen: string): void => {
    // Close at once, because the page must not be inert any more when the choice changes it.
    dialog.current?.close()
    onClose({ id: chosen === noneId ? null : chosen })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const { nativeEvent, key } = event
    // While an input method is composing, keys belong to it; on a button, to the button.
    if (nativeEvent.isComposing || event.target instanceof HTMLButtonElement) return
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const to = moveActive(key, active === undefined ? -1 : shown.indexOf(active), shown.length)
    const option = to === undefined ? undefined : shown[to]
    if (option !== undefined) setMoved({ query, id: option, byKey: true })
    else if (key !== 'Enter') return
    event.preventDefault()
    if (key === 'Enter' && active !== undefined) choose(active)
  }

  return (
    <dialog
      ref={dialog}
      aria-label={label}
      tabIndex={-1}
      {...modal}
      onKeyDown={onKeyDown}
      className={classNames(
        'flex-col overflow-hidden bg-raised p-0 text-left text-ui text-text shadow-floating outline-none open:flex',
        'md:appear md:m-0 md:w-96 md:rounded-medium md:border md:border-border md:backdrop:bg-transparent',
        // With a long list the height is fixed, so that the field does not move while the user types.
        known.models.length > shortList && 'md:h-104',
        'max-md:rise max-md:mx-auto max-md:mt-auto max-md:mb-[calc(100dvh-var(--viewport-height,100dvh))] max-md:h-[min(40rem,calc(var(--viewport-height,100dvh)-3rem))] max-md:max-h-none max-md:w-full max-md:max-w-none max-md:rounded-t-large',
      )}
    >
      <div className="flex shrink-0 items-center gap-2 border-b border-border pr-1 pl-3 focus-within:border-accent">
        <span className="text-faint">
          <Icon name="search" size={18} />
        </span>
        <input
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded={shown.length > 0}
          aria-controls={shown.length > 0 ? `${id}-list` : undefined}
          aria-autocomplete="list"
          aria-activedescendant={active === undefined ? undefined : optionId(id, active)}
          placeholder={t`Search models`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          enterKeyHint="done"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          className="min-h-11 min-w-0 flex-1 bg-transparent text-ui outline-none placeholder:text-faint touch:text-answer"
        />
        <span className="inline-flex py-1 md:hidden">
          <IconButton icon="close" label={t`Close`} onClick={() => onClose()} />
        </span>
      </div>
      <ModelOptionList
        id={id}
        label={label}
        groups={found.groups}
        none={showsNone ? none : undefined}
        value={value}
        active={active}
        followsActive={moved?.query !== query || moved.byKey}
        query={query}
        onActive={(option) => setMoved({ query, id: option, byKey: false })}
        onChoose={choose}
      />
      <ModelListNotes known={known} count={count} hidden={found.hidden} searched={query.trim() !== ''} />
    </dialog>
  )
}

interface Search {
  offered: ((model: Model) => boolean) | undefined
  query: string
  chosen: string | null
}

function useFoundModels(models: readonly Model[], { offered, query, chosen }: Search): FoundModels {
  // The recent models stay in place while the list is open, even if another tab uses a model.
  const [recent] = useState(readRecentModels)
  const index = useMemo(() => indexModels(offered ? models.filter(offered) : models), [models, offered])
  return useMemo(() => findModels(index, { query, chosen, recent, limit }), [index, query, chosen, recent])
}

/** Without a query the chosen option is active, otherwise the first hit. */
function firstActive(shown: readonly string[], query: string, value: string | null): string | undefined {
  const chosen = value ?? noneId
  return query.trim() === '' && shown.includes(chosen) ? chosen : shown[0]
}

/**
 * Keeps the dialog beside its opener; on a phone, its style makes it a sheet. The field gets the focus, except on touch
 * screens, where the on-screen keyboard would cover the list. To be called after `useModal`, which shows the dialog.
 */
function usePlacedDialog(
  dialog: RefObject<HTMLDialogElement | null>,
  opener: RefObject<HTMLElement | null> | undefined,
): void {
  useLayoutEffect(() => {
    // Before `useModal` shows the dialog, which would focus the field.
    if (matchMedia('(pointer: coarse)').matches) dialog.current?.setAttribute('autofocus', '')
  }, [dialog])
  useEffect(() => {
    const element = dialog.current
    if (!element) return undefined
    const place = (): void => placeDialog(element, opener?.current)
    place()
    addEventListener('resize', place)
    return () => removeEventListener('resize', place)
  }, [dialog, opener])
}

function placeDialog(element: HTMLDialogElement, opener: HTMLElement | null | undefined): void {
  const { style } = element
  const sheet = matchMedia('(max-width: 767px)').matches
  const beside = sheet ? undefined : opener
  style.inset = beside ? 'auto' : ''
  style.margin = sheet || beside ? '' : 'auto'
  style.maxHeight = ''
  if (beside) moveBeside(element, beside, maxHeight)
}
