/** Replaces U+0000 and unpaired surrogates by U+FFFD, because no store accepts them (rule 12). */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

/** Cleans text that arrives in pieces: a trailing high surrogate waits for its partner. */
export function createTextCleaner(): { push(piece: string): string; end(): string } {
  let held = ''
  return {
    push(piece) {
      let text = held + piece
      held = ''
      const last = text.charCodeAt(text.length - 1)
      if (last >= 0xd800 && last <= 0xdbff) {
        held = text.slice(-1)
        text = text.slice(0, -1)
      }
      return cleanText(text)
    },
    end() {
      const rest = cleanText(held)
      held = ''
      return rest
    },
  }
}
