// Browsers ignore these characters inside a URL, so they could disguise a scheme.
// oxlint-disable-next-line no-control-regex -- this expression is meant to match control characters
const ignored = /[\u0000-\u0020\u007F-\u00A0\u200B-\u200F\u2028-\u202F\u2060-\u2069\uFEFF]/g

/**
 * Returns a normalised address if an answer may link to it: absolute http(s) without a user name (which would disguise
 * the host), and mailto. For other addresses it returns undefined, and only the text of the link is shown. Relative
 * addresses are refused too, because a link written by a model must not trigger actions on this server.
 */
export function safeHref(raw: string): string | undefined {
  const text = raw.replace(ignored, (character) => (character === ' ' ? '%20' : ''))
  if (!/^(?:https?:\/\/|mailto:)/i.test(text)) return undefined
  let url: URL
  try {
    url = new URL(text)
  } catch {
    // A malformed address is expected here: the text is shown without a link.
    return undefined
  }
  if (url.protocol === 'mailto:') return url.href
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  return url.username === '' && url.password === '' ? url.href : undefined
}

/** Only images from our own files are shown: any other would reveal to its host that the answer is read, and when. */
export function ownImage(raw: string): string | undefined {
  return /^\/api\/files\/[A-Za-z0-9_-]+(?:\/[A-Za-z0-9._-]+)?$/.test(raw) && !raw.includes('..')
    ? raw
    : undefined
}
