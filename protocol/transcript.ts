/**
 * A run writes one string, so that one position places every word of it. Thinking stands in that string as a leading
 * `<think>…</think>` block, the form in which many models write it themselves; a provider that sends it apart has it
 * put there. Whoever shows or reuses an answer takes it apart again with `splitTranscript`.
 */
const open = '<think>'
const close = '</think>'

export interface TranscriptParts {
  reasoning: string
  /** The visible answer. */
  text: string
  /** The block has not been closed yet. */
  thinking: boolean
  /** Where the visible answer begins in the transcript. */
  textStart: number
}

export function splitTranscript(transcript: string): TranscriptParts {
  const start = transcript.length - transcript.trimStart().length
  const opened = transcript.startsWith(open, start)
  const thoughtStart = opened ? start + open.length : 0
  const end = opened ? transcript.indexOf(close, thoughtStart) : closeWithoutOpen(transcript)
  if (!opened && end < 0) return { reasoning: '', text: transcript, thinking: false, textStart: 0 }
  if (end < 0) {
    return {
      reasoning: transcript.slice(thoughtStart).trim(),
      text: '',
      thinking: true,
      textStart: transcript.length,
    }
  }
  let textStart = end + close.length
  for (;;) {
    while (textStart < transcript.length && /\s/.test(transcript.charAt(textStart))) textStart++
    // Once more by the model itself, where the provider had separated the thought already.
    if (!transcript.startsWith(close, textStart)) break
    textStart += close.length
  }
  return {
    reasoning: transcript.slice(thoughtStart, end).trim(),
    text: transcript.slice(textStart),
    thinking: false,
    textStart,
  }
}

/** Looked at before it is taken for granted that an answer talks about the tag, occurrences. */
const maxMentions = 8

/**
 * Where a thought ends whose opening tag the model did not write, because its template did. A tag in code or in quotes,
 * or behind an opening one, is only mentioned. -1: there is none.
 */
function closeWithoutOpen(transcript: string): number {
  let end = transcript.indexOf(close)
  if (end < 0) return -1
  const opening = transcript.indexOf(open)
  const limit = opening < 0 ? transcript.length : opening
  for (let mention = 0; end >= 0 && end < limit && mention < maxMentions; mention++) {
    if (!isMention(transcript, end)) return end
    end = transcript.indexOf(close, end + close.length)
  }
  return -1
}

function isMention(transcript: string, at: number): boolean {
  const before = transcript.slice(0, at)
  const fences = before.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0
  if (fences % 2 === 1) return true
  const line = before.slice(before.lastIndexOf('\n') + 1)
  if ((line.split('`').length - 1) % 2 === 1) return true
  const around = `${transcript[at - 1] ?? ''}${transcript[at + close.length] ?? ''}`
  return ['""', "''", '“”', '„“', '«»', '‘’'].includes(around)
}

export const reasoningOpen = `${open}\n`
export const reasoningClose = `\n${close}\n\n`
