/** What the choice of the first focus needs to know of an element; every form field is one. */
export interface FocusCandidate {
  localName: string
  type?: string
  disabled?: boolean
  readOnly?: boolean
}

const withoutText = new Set([
  'hidden',
  'checkbox',
  'radio',
  'button',
  'submit',
  'reset',
  'file',
  'range',
  'color',
])

/**
 * The field of a dialog that is focused first: the first one that takes typed text, because users begin to type at
 * once, otherwise the first list. Undefined if there is none.
 */
export function firstField<T extends FocusCandidate>(candidates: Iterable<T>): T | undefined {
  const usable = [...candidates].filter(({ disabled, readOnly }) => !disabled && !readOnly)
  return (
    usable.find(
      ({ localName, type = '' }) =>
        localName === 'textarea' || (localName === 'input' && !withoutText.has(type)),
    ) ?? usable.find(({ localName }) => localName === 'select')
  )
}

/**
 * Moves the focus into a dialog that has just opened. The browser would choose the first button, which closes most
 * dialogs, so that Enter would lose what was typed. On touch screens no field is focused, because the on-screen
 * keyboard would cover the dialog before the user has read it.
 */
export function focusInside(dialog: HTMLDialogElement): void {
  const field = firstField(dialog.querySelectorAll<HTMLInputElement>('input, textarea, select'))
  const first = dialog.querySelector<HTMLElement>('[data-first-focus]')
  if (field === undefined) return first?.focus()
  if (matchMedia('(pointer: coarse)').matches) return dialog.focus()
  field.focus()
  if (field.localName !== 'select') field.select()
}
