import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

const looks = {
  neutral: 'bg-surface-2 text-muted',
  accent: 'bg-accent-soft text-accent',
  warning: 'bg-warning-soft text-warning',
  danger: 'bg-danger-soft text-danger',
} as const

export function Badge({
  look = 'neutral',
  children,
}: {
  look?: keyof typeof looks
  children: ReactNode
}): ReactNode {
  return (
    <span
      className={classNames(
        'inline-flex items-center rounded-small px-1.5 py-0.5 text-small font-medium',
        looks[look],
      )}
    >
      {children}
    </span>
  )
}
