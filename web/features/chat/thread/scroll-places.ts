/** Where the reader of a chat was, by the message at the top edge: heights change, messages stay. */
interface Place {
  messageId: string
  /** How far its top was above the edge, px. */
  offset: number
}

const places = new Map<string, Place>()

/** Remembers the place in a thread; at the end there is nothing to remember. */
export function rememberPlace(chatId: string, box: HTMLElement, pinned: boolean): void {
  if (pinned) return void places.delete(chatId)
  const edge = box.getBoundingClientRect().top
  for (const article of box.querySelectorAll<HTMLElement>('article[id^="m-"]')) {
    const { top, bottom } = article.getBoundingClientRect()
    if (bottom <= edge) continue
    places.set(chatId, { messageId: article.id.slice(2), offset: edge - top })
    return
  }
}

export function placeIn(chatId: string): Place | undefined {
  return places.get(chatId)
}

/** Brings a message to the top edge of its thread, `offset` px further down. False when it is not on the page. */
export function goToMessage(box: HTMLElement, { messageId, offset }: Place): boolean {
  const article = box.querySelector(`#${CSS.escape(`m-${messageId}`)}`)
  if (!article) return false
  const top = article.getBoundingClientRect().top - box.getBoundingClientRect().top
  box.scrollTo({ top: box.scrollTop + top + offset, behavior: 'instant' })
  return true
}
