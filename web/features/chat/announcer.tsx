import { useEffect, useRef, useState } from 'react'
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
  const [text, setText] = useState('')
  const was = useRef(running)
  useEffect(() => {
    if (was.current === running) return
    was.current = running
    if (running) setText(t`Answering…`)
    else if (status === 'done') setText(t`Answer complete`)
    else if (status === 'stopped') setText(t`Answer stopped`)
    else if (status !== undefined) setText(t`Answer interrupted`)
  }, [running, status, t])
  return <output className="sr-only">{text}</output>
}
