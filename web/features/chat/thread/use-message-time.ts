import { useLingui } from '@lingui/react/macro'
import { toServerTime } from '../../../api/server-clock.ts'

/** Says when a message was written, in the reader's language: the time today, with the date on any other day. */
export function useMessageTime(): (epochMs: number) => string {
  const { i18n } = useLingui()
  return (epochMs) => {
    const at = new Date(epochMs)
    const today = at.toDateString() === new Date(toServerTime(Date.now())).toDateString()
    return i18n.date(at, today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' })
  }
}
