import { useState, useEffect } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { MessageStatus } from '../../../protocol/run.ts'
import { useAppName } from '../app-name.ts'

/**
 * Announces to screen readers that an answer begins and how it ended, once each. It never reads out the answer’s text.
 */
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

/**
 * Sets the tab’s title to the chat’s title. A ring marks a running answer; a dot marks an answer that ended while the
 * tab was hidden.
 */
export function useTabTitle(title: string | undefined, running: boolean): void {
  const appName = useAppName()
  const [ended, setEnded] = useState({ running, unseen: false })
  if (ended.running !== running) setEnded({ running, unseen: !running && document.hidden })
  const { unseen } = ended

  useEffect(() => {
    if (!unseen) return
    const seen = (): void => setEnded((it) => ({ ...it, unseen: false }))
    document.addEventListener('visibilitychange', seen, { once: true })
    return () => document.removeEventListener('visibilitychange', seen)
  }, [unseen])

  useEffect(() => {
    const mark = running ? '○ ' : unseen ? '● ' : ''
    document.title = title === undefined ? `${mark}${appName}` : `${mark}${title.slice(0, 200)} · ${appName}`
  }, [title, running, unseen, appName])
}
