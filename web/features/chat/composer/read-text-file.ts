/** A larger file has more characters than a message may have. */
const maxBytes = 4_000_000
const prose = new Set(['', 'txt', 'md', 'markdown', 'text', 'rst', 'org', 'log'])

export type Refusal = 'not-text' | 'too-large' | 'unreadable'
export type ReadFile = { text: string } | { refused: Refusal }

/**
 * The text of a file in the form in which it is added to a message: prose unchanged, everything else under the file’s
 * name and in a code fence. A file that is not valid UTF-8 text is refused, whatever its name or type says.
 */
export async function readTextFile(file: File): Promise<ReadFile> {
  if (file.size > maxBytes) return { refused: 'too-large' }
  const bytes = await file.arrayBuffer().catch(() => undefined)
  // The item is a folder, or a file that no longer exists.
  if (bytes === undefined) return { refused: 'unreadable' }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n').trimEnd()
  } catch {
    return { refused: 'not-text' }
  }
  if (text.includes('\0')) return { refused: 'not-text' }
  const ending = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? ''
  return { text: prose.has(ending) ? text : fenced(file.name, ending, text) }
}

/** Puts the text into a code fence that is longer than any fence inside the text. */
function fenced(name: string, ending: string, text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${name}:\n${fence}${/^[\w+-]{1,12}$/.test(ending) ? ending : ''}\n${text}\n${fence}`
}
