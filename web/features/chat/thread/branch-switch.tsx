import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import { IconButton } from '../../../ui/button.tsx'

/** ‹ 1/2 ›: switches between the versions of a question or answer. */
export function BranchSwitch({
  at,
  of,
  onSwitch,
}: {
  /** Counted from 0. */
  at: number
  of: number
  onSwitch: (to: number) => void
}): ReactNode {
  const { t } = useLingui()
  return (
    <span className="inline-flex items-center">
      <IconButton
        size="small"
        icon="left"
        label={t`Previous version`}
        disabled={at === 0}
        onClick={() => onSwitch(at - 1)}
      />
      <span className="min-w-7 text-center tabular-nums">
        {at + 1}/{of}
      </span>
      <IconButton
        size="small"
        icon="right"
        label={t`Next version`}
        disabled={at === of - 1}
        onClick={() => onSwitch(at + 1)}
      />
    </span>
  )
}
