import { useEffect, useRef, useState } from 'react'
import type { MouseEvent, ReactElement, ReactNode, RefObject } from 'react'
import { useLazyIf } from '../../ui/lazy.ts'
import type { Model } from './find-models.ts'
import { lazyModelCombobox } from './lazy-model-combobox.ts'
import type { ModelChoice } from './model-combobox.tsx'

interface OpenerProps {
  ref: RefObject<HTMLButtonElement | null>
  'aria-haspopup': 'dialog'
  'aria-expanded': boolean
  'aria-busy': true | undefined
  onClick: (event: MouseEvent) => void
  onBlur: () => void
}

/** A button, rendered by the caller, that opens the combobox for models. */
export function ModelChooser({
  label,
  value,
  none,
  offered,
  renderOpener,
  onChoose,
  onLeave,
}: {
  /** The name of the combobox, such as “Model”. */
  label: string
  value: string | null
  /** The text of an option on top that chooses no model. Without it there is no such option. */
  none?: string
  /** Which of the available models are offered. */
  offered?: (model: Model) => boolean
  renderOpener: (props: OpenerProps) => ReactElement
  /** Called after the combobox has closed and the button has the focus again. */
  onChoose: (id: string | null) => void
  /** Called when a combobox that was opened by a mouse or finger has closed without a choice. */
  onLeave?: () => void
}): ReactNode {
  const opener = useRef<HTMLButtonElement>(null)
  const [opened, setOpened] = useState<'by pointer' | 'by keyboard' | undefined>()
  const closed = useRef<() => void>(undefined)
  const loaded = useLazyIf(opened === undefined ? undefined : lazyModelCombobox)
  // The combobox gives the focus back when it is unmounted, which is before this effect.
  useEffect(() => {
    if (opened !== undefined) return
    const run = closed.current
    closed.current = undefined
    run?.()
  }, [opened])
  const close = (choice?: ModelChoice): void => {
    closed.current = choice ? () => onChoose(choice.id) : opened === 'by pointer' ? onLeave : undefined
    setOpened(undefined)
  }
  const loading = opened !== undefined && loaded === undefined
  return (
    <>
      {renderOpener({
        ref: opener,
        'aria-haspopup': 'dialog',
        'aria-expanded': opened !== undefined,
        'aria-busy': loading || undefined,
        // `detail` is 0 for clicks of keyboards, screen readers and shortcuts.
        onClick: ({ detail }) => setOpened(loading ? undefined : detail > 0 ? 'by pointer' : 'by keyboard'),
        // A combobox that arrives after the user has gone on would interrupt.
        onBlur: () => loading && setOpened(undefined),
      })}
      {opened !== undefined && loaded && (
        <loaded.ModelCombobox
          label={label}
          opener={opener}
          value={value}
          none={none}
          offered={offered}
          onClose={close}
        />
      )}
    </>
  )
}
