/**
 * The scroll position in a chat, relative to the message at the top edge, because heights change and messages do not.
 */
interface Place {
  messageId: string
  /** How far the message’s top is above the edge, px. */
  offset: number
}

const places = new Map<string, Place>()

/** Remembers the scroll position of a thread. A thread that is pinned to its end needs none. */
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

export function rememberedPlace(chatId: string): Place | undefined {
  return places.get(chatId)
}

/**
 * Scrolls a thread so that the top of the message is `offset` px above the thread’s top edge. Returns false if the
 * message is not on the page.
 */
export function goToMessage(box: HTMLElement, { messageId, offset }: Place): boolean {
  const article = box.querySelector(`#${CSS.escape(`m-${messageId}`)}`)
  if (!article) return false
  const top = article.getBoundingClientRect().top - box.getBoundingClientRect().top
  box.scrollTo({ top: box.scrollTop + top + offset, behavior: 'instant' })
  return true
}
