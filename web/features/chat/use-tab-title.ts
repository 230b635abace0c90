import { useEffect, useState } from 'react'
import { useAppName } from '../app-name.ts'

/** Names the tab after the chat: a ring while its answer is written, a dot when it ended while nobody looked. */
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
