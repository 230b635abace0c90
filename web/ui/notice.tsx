import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'

const looks = {
  error: 'bg-danger-soft text-danger',
  warning: 'bg-warning-soft text-warning',
  info: 'bg-surface-2 text-muted',
} as const

/** A message shown next to its cause, with an action that helps. It stays until the cause is resolved. */
export function Notice({
  look = 'error',
  children,
  action,
}: {
  look?: keyof typeof looks
  children: ReactNode
  action?: ReactNode
}): ReactNode {
  return (
    <div
      role={look === 'error' ? 'alert' : 'status'}
      className={classNames(
        'flex flex-wrap items-center gap-x-3 gap-y-2 rounded-medium px-3 py-2 text-ui',
        looks[look],
      )}
    >
      {look !== 'info' && <Icon name="alert" size={18} />}
      <div className="min-w-0 flex-1 basis-48 [overflow-wrap:anywhere]">{children}</div>
      {action}
    </div>
  )
}
