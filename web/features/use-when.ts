import { useLingui } from '@lingui/react/macro'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Says how long ago something was, in the reader's language; a date once that is longer than a week. */
export function useWhen(): (epochMs: number) => string {
  const { i18n } = useLingui()
  return (epochMs) => {
    // A clock that is behind the server's would tell of the future.
    const ago = Math.max(0, Date.now() - epochMs)
    const relative = new Intl.RelativeTimeFormat(i18n.locale, { numeric: 'auto' })
    if (ago < minute) return relative.format(0, 'second')
    if (ago < hour) return relative.format(-Math.floor(ago / minute), 'minute')
    if (ago < day) return relative.format(-Math.floor(ago / hour), 'hour')
    if (ago < 7 * day) return relative.format(-Math.floor(ago / day), 'day')
    return i18n.date(new Date(epochMs), { dateStyle: 'medium' })
  }
}
