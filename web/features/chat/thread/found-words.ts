import { markWords } from '../../sidebar/mark-words.ts'

/** The name of the highlight in `markdown.css`. */
const highlight = 'found'

/** The places of the words in a text, as offsets of its UTF-16 units. */
export function placesOfWords(text: string, words: readonly string[]): { start: number; end: number }[] {
  let at = 0
  return markWords(text, words).flatMap(({ text: part, marked }) => {
    const start = at
    at += part.length
    return marked ? [{ start, end: at }] : []
  })
}

/** The text that an offset of the joined texts lies in, and the offset in it. */
export function placeInTexts<Text extends { length: number }>(
  texts: readonly Text[],
  offset: number,
): { text: Text; offset: number } | undefined {
  let left = offset
  for (const text of texts) {
    if (left <= text.length) return { text, offset: left }
    left -= text.length
  }
  return undefined
}

/**
 * Marks the searched words in a message without changing its elements, and the message itself. Returns the first
 * marked word. Browsers without `CSS.highlights` mark only the message.
 */
export function markFound(article: HTMLElement, words: readonly string[]): Range | undefined {
  clearFound()
  article.dataset['found'] = ''
  const ranges = rangesOf(article.querySelector('[data-words]') ?? article, words)
  if (supported()) CSS.highlights.set(highlight, new Highlight(...ranges))
  return ranges[0]
}

export function clearFound(): void {
  if (supported()) CSS.highlights.delete(highlight)
  for (const article of document.querySelectorAll<HTMLElement>('article[data-found]')) {
    delete article.dataset['found']
  }
}

function supported(): boolean {
  return 'highlights' in CSS
}

/** A word may be spread over several elements, so the texts of all of them are searched as one. */
function rangesOf(root: Element, words: readonly string[]): Range[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const nodes: Text[] = []
  while (walker.nextNode()) nodes.push(walker.currentNode as Text)
  const text = nodes.map(({ data }) => data).join('')
  return placesOfWords(text, words).flatMap(({ start, end }) => {
    // The first unit of a word, because a place between two texts belongs to the first of them.
    const from = placeInTexts(nodes, start + 1)
    const to = placeInTexts(nodes, end)
    if (!from || !to) return []
    const range = document.createRange()
    range.setStart(from.text, from.offset - 1)
    range.setEnd(to.text, to.offset)
    return [range]
  })
}
