import { useId } from 'react'
import type { InputHTMLAttributes, ReactNode, Ref, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'

/** The look of a field’s box, without its border colour. */
export const fieldBox =
  'w-full min-h-10 touch:min-h-11 rounded-medium border bg-raised px-3 py-2 disabled:bg-transparent disabled:text-muted text-ui touch:text-answer text-text placeholder:text-faint'

interface FieldTexts {
  label: string
  hint?: ReactNode
  /** The error in the value; shown until the value is changed. */
  error?: ReactNode
}

/** An input with a label, a hint and an error message. */
export function Field({
  label,
  hint,
  error,
  ...input
}: FieldTexts &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'id'> & {
    ref?: Ref<HTMLInputElement>
  }): ReactNode {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input
        {...input}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, hint, error)}
        className={classNames(fieldBox, error ? 'border-danger' : 'border-border-strong')}
      />
    </Frame>
  )
}

/** Like `Field`, but with several lines. */
export function TextArea({
  label,
  hint,
  error,
  ...area
}: FieldTexts & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'className' | 'id'>): ReactNode {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        {...area}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, hint, error)}
        className={classNames(fieldBox, error ? 'border-danger' : 'border-border-strong')}
      />
    </Frame>
  )
}

/** A drop-down list. It is the native element, which works with every pointer, keyboard and screen reader. */
export function Select({
  label,
  hint,
  error,
  children,
  ...select
}: FieldTexts & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'className' | 'id'>): ReactNode {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <div className="relative flex items-center">
        <select
          {...select}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, hint, error)}
          className={classNames(
            fieldBox,
            'appearance-none pr-9',
            error ? 'border-danger' : 'border-border-strong',
          )}
        >
          {children}
        </select>
        <span className="pointer-events-none absolute right-3 text-muted">
          <Icon name="down" size={16} />
        </span>
      </div>
    </Frame>
  )
}

function Frame({
  id,
  label,
  hint,
  error,
  children,
}: FieldTexts & { id: string; children: ReactNode }): ReactNode {
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-small text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-small text-danger">
          {error}
        </p>
      )}
    </div>
  )
}

function describedBy(id: string, hint: ReactNode, error: ReactNode): string | undefined {
  return [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined
}
