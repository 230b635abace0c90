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
  if (!transcript.startsWith(open, start)) {
    return { reasoning: '', text: transcript, thinking: false, textStart: 0 }
  }
  const end = transcript.indexOf(close, start + open.length)
  if (end < 0) {
    return {
      reasoning: transcript.slice(start + open.length).trim(),
      text: '',
      thinking: true,
      textStart: transcript.length,
    }
  }
  let textStart = end + close.length
  while (textStart < transcript.length && /\s/.test(transcript.charAt(textStart))) textStart++
  return {
    reasoning: transcript.slice(start + open.length, end).trim(),
    text: transcript.slice(textStart),
    thinking: false,
    textStart,
  }
}

export const reasoningOpen = `${open}\n`
export const reasoningClose = `\n${close}\n\n`
