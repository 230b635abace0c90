export function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
}

export type Shortcut =
  | 'new-chat'
  | 'find'
  | 'models'
  | 'toggle-sidebar'
  | 'help'
  | 'composer'
  | 'previous-message'
  | 'next-message'

export interface ShortcutHandlers {
  newChat: () => void
  find: () => void
  toggleSidebar: () => void
  showHelp: () => void
}

type Keys = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

/** The shortcut that these keys mean. `isTyping`: the focus is in a field, in which `?` is a character. */
export function shortcutOf(
  { key, ctrlKey, metaKey, shiftKey, altKey }: Keys,
  { mac, isTyping }: { mac: boolean; isTyping: boolean },
): Shortcut | undefined {
  const mod = mac ? metaKey : ctrlKey
  if (mod) {
    // On some keyboards / is Shift and another key.
    if (key === '/' || key === '?') return 'help'
    if (!shiftKey) return key.toLowerCase() === 'k' ? 'find' : undefined
    return ({ m: 'models', o: 'new-chat', s: 'toggle-sidebar' } as const)[key.toLowerCase()]
  }
  if (key === '?' && !isTyping && !altKey) return 'help'
  if (key === 'Escape' && shiftKey) return 'composer'
  if (!altKey) return undefined
  return ({ ArrowUp: 'previous-message', ArrowDown: 'next-message' } as const)[key]
}

/** Listens for the keyboard shortcuts of the page. Returns the function that stops listening. */
export function listenForShortcuts(handlers: ShortcutHandlers): () => void {
  const run: Record<Shortcut, () => void> = {
    'new-chat': handlers.newChat,
    find: handlers.find,
    models: openModels,
    'toggle-sidebar': handlers.toggleSidebar,
    help: handlers.showHelp,
    composer: focusComposer,
    'previous-message': () => moveBetweenMessages(-1),
    'next-message': () => moveBetweenMessages(1),
  }
  const onKey = (event: KeyboardEvent): void => {
    const shortcut = shortcutOf(event, { mac: isMac(), isTyping: isField(event.target) })
    // While a dialog is open, shortcuts do nothing.
    if (!shortcut || document.querySelector('dialog:modal')) return
    event.preventDefault()
    run[shortcut]()
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input, textarea, select, [contenteditable]')
}

function focusComposer(): void {
  document.querySelector<HTMLElement>('main form textarea')?.focus()
}

function openModels(): void {
  document.querySelector<HTMLElement>('main [data-model-picker]')?.click()
}

/** Moves the focus to the search field that is visible, and selects its text, so that typing replaces it. */
export function focusSearch(): void {
  const fields = [...document.querySelectorAll<HTMLInputElement>('input[data-search]')]
  const field = fields.find((it) => it.checkVisibility())
  field?.focus()
  field?.select()
}

function moveBetweenMessages(by: 1 | -1): void {
  const messages = [...document.querySelectorAll<HTMLElement>('article[data-message]')]
  const at = messages.findIndex((it) => it.contains(document.activeElement))
  const to = at < 0 ? messages.at(-1) : messages[at + by]
  if (to) to.focus()
  else if (by === 1) focusComposer()
}
