// Browsers drop these inside a URL; a scheme may hide behind them.
// oxlint-disable-next-line no-control-regex -- the control characters are the point
const ignored = /[\u0000-\u0020\u007F-\u00A0\u200B-\u200F\u2028-\u202F\u2060-\u2069\uFEFF]/g

/**
 * The only addresses that an answer may link to: absolute http(s) without a user in front of the host (which hides where
 * it leads), and mailto. Everything else is undefined, and its text is shown alone. Relative addresses are refused too:
 * a link written by a model must not act on this server.
 */
export function safeHref(raw: string): string | undefined {
  const text = raw.replace(ignored, (character) => (character === ' ' ? '%20' : ''))
  if (!/^(?:https?:\/\/|mailto:)/i.test(text)) return undefined
  let url: URL
  try {
    url = new URL(text)
  } catch {
    // A malformed address is an expected outcome here: the text is shown without a link.
    return undefined
  }
  if (url.protocol === 'mailto:') return url.href
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  return url.username === '' && url.password === '' ? url.href : undefined
}

/** An image is shown only from our own files: any other would tell its host that, when and what was read. */
export function ownImage(raw: string): string | undefined {
  return /^\/api\/files\/[A-Za-z0-9_-]+(?:\/[A-Za-z0-9._-]+)?$/.test(raw) && !raw.includes('..')
    ? raw
    : undefined
}
