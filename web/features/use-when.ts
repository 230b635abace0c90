import { useLingui } from '@lingui/react/macro'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Returns a formatter for a time in the past, in the user’s language: relative up to a week, then a date. */
export function useWhen(): (epochMs: number) => string {
  const { i18n } = useLingui()
  return (epochMs) => {
    // If the local clock is behind the server’s, the time would be in the future.
    const ago = Math.max(0, Date.now() - epochMs)
    const relative = new Intl.RelativeTimeFormat(i18n.locale, { numeric: 'auto' })
    if (ago < minute) return relative.format(0, 'second')
    if (ago < hour) return relative.format(-Math.floor(ago / minute), 'minute')
    if (ago < day) return relative.format(-Math.floor(ago / hour), 'hour')
    if (ago < 7 * day) return relative.format(-Math.floor(ago / day), 'day')
    return i18n.date(new Date(epochMs), { dateStyle: 'medium' })
  }
}
