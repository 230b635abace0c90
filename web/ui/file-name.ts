/** Longest name without its extension, in bytes of UTF-8. File systems allow 255 for a name, some tools add to it. */
const maxBytes = 120

// Names of devices in Windows, which are reserved with every extension.
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i

/**
 * A file name for a title, valid and harmless on every common system: without separators of paths, control characters,
 * characters that Windows forbids, and characters that make a name look like another one. It is never hidden, never a
 * device, and never empty: `fallback` names a file whose title has no usable character.
 */
export function fileNameOf(title: string, extension: string, fallback: string): string {
  const plain = title
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[<>:"/\\|?*\u{fffd}]/gu, ' ')
    // Control characters, and those that are invisible or change the direction of the text. Emoji and some scripts need
    // the two joiners.
    .replaceAll(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\ufdd0-\ufdef\ufffe\uffff]/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    // What a shell reads as an option, a home folder or a hidden file.
    .replace(/^(?:[\s.~-]|\u200c|\u200d)+/u, '')
  const cut = trimEnd(cutToBytes(trimEnd(plain), maxBytes))
  if (cut === '') return `${fallback}.${extension}`
  // Windows looks at the part before the first dot.
  const isReserved = reserved.test((cut.split('.', 1)[0] ?? '').trim())
  return `${isReserved ? '_' : ''}${cut}.${extension}`
}

/** Never splits a character that is written with several code points, such as an emoji with a skin colour. */
function cutToBytes(text: string, max: number): string {
  const encoder = new TextEncoder()
  if (encoder.encode(text).length <= max) return text
  let cut = ''
  let bytes = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += encoder.encode(segment).length
    if (bytes > max) break
    cut += segment
  }
  return cut
}

/** Windows ignores spaces and dots at the end of a name. A joiner joins nothing there. */
function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && ' .\u200c\u200d'.includes(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
