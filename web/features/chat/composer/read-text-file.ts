/** Larger ones hold more than a message may. */
const mostBytes = 4_000_000
const prose = new Set(['', 'txt', 'md', 'markdown', 'text', 'rst', 'org', 'log'])

export type Refusal = 'not-text' | 'too-large' | 'unreadable'
export type ReadFile = { text: string } | { refused: Refusal }

/**
 * The text of a file as it goes into a message: prose as it is, everything else under its name and in a fence. Refused is
 * what is no UTF-8 text, whatever the file's name or type say.
 */
export async function readTextFile(file: File): Promise<ReadFile> {
  if (file.size > mostBytes) return { refused: 'too-large' }
  const bytes = await file.arrayBuffer().catch(() => undefined)
  // A folder, or a file that has gone since.
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

/** In a fence that nothing within can close. */
function fenced(name: string, ending: string, text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${name}:\n${fence}${/^[\w+-]{1,12}$/.test(ending) ? ending : ''}\n${text}\n${fence}`
}
