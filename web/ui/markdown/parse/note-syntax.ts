/** The token of a reference to a footnote, `[^1]`. */
export interface NoteReference {
  type: 'note-reference'
  raw: string
  label: string
  /** The message contains the footnote. A number is a reference without it, because the footnotes often come last. */
  defined: boolean
}

/** The kinds of callouts, `> [!NOTE]`. */
export const calloutKinds = ['note', 'tip', 'important', 'warning', 'caution'] as const
export type CalloutKind = (typeof calloutKinds)[number]

const reference = /^\[\^([^\s[\]^]{1,40})\]/
const definition = /^ {0,3}\[\^([^\s[\]^]{1,40})\]:[ \t]*/
const callout = /^( {0,3}>[ \t]?)\[!(note|tip|important|warning|caution)\][ \t]*/i

/** The key of a footnote among the link definitions, which cannot be the key of a link. */
export function noteKey(label: string): string {
  return `^${label.toLowerCase()}`
}

export function matchReference(source: string): { raw: string; label: string } | undefined {
  const found = reference.exec(source)
  return found?.[1] === undefined ? undefined : { raw: found[0], label: found[1] }
}

/** Whether a footnote with this label is recognised before its text is known. */
export function isNumber(label: string): boolean {
  return /^\d{1,3}$/.test(label)
}

/** Returns the label and the text of the footnote that `source` begins with. It ends before a blank line or a footnote. */
export function matchNote(source: string): { raw: string; label: string; text: string } | undefined {
  const found = definition.exec(source)
  if (found?.[1] === undefined) return undefined
  let end = source.indexOf('\n')
  while (end >= 0) {
    const next = source.slice(end + 1, end + 80)
    if (/^[ \t]*(?:\n|$)/.test(next) || definition.test(next)) break
    end = source.indexOf('\n', end + 1)
  }
  const raw = end < 0 ? source : source.slice(0, end + 1)
  return { raw, label: found[1], text: raw.slice(found[0].length).trimEnd() }
}

/** Returns the kind of the callout that a quote begins, and the quote without the mark. */
export function matchCallout(source: string): { kind: CalloutKind; rest: string } | undefined {
  const found = callout.exec(source)
  const kind = calloutKinds.find((entry) => entry === found?.[2]?.toLowerCase())
  if (found === null || kind === undefined) return undefined
  return { kind, rest: `${found[1]}${source.slice(found[0].length)}` }
}
