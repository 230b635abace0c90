import { useState } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { MessageStatus } from '../../../protocol/run.ts'

/** Tells a screen reader that an answer begins and how it ended: once each, and no word of it. */
export function Announcer({
  running,
  status,
}: {
  running: boolean
  status: MessageStatus | undefined
}): ReactNode {
  const { t } = useLingui()
  const textNow = (): string => {
    if (running) return t`Answering…`
    if (status === undefined) return ''
    return status === 'done'
      ? t`Answer complete`
      : status === 'stopped'
        ? t`Answer stopped`
        : t`Answer interrupted`
  }
  const [said, setSaid] = useState({ running, text: '' })
  if (said.running !== running) setSaid({ running, text: textNow() })
  return <output className="sr-only">{said.text}</output>
}
