export function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
}

export interface ShortcutHandlers {
  newChat: () => void
  find: () => void
  toggleSidebar: () => void
}

/** Listens for the keyboard shortcuts of the page. Returns the function that stops listening. */
export function listenForShortcuts(handlers: ShortcutHandlers): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const mod = isMac() ? event.metaKey : event.ctrlKey
    const key = event.key.toLowerCase()
    const run =
      mod && event.shiftKey && key === 'o'
        ? handlers.newChat
        : mod && event.shiftKey && key === 's'
          ? handlers.toggleSidebar
          : mod && !event.shiftKey && key === 'k'
            ? handlers.find
            : mod && event.shiftKey && key === 'm'
              ? openModels
              : event.shiftKey && event.key === 'Escape'
                ? focusComposer
                : event.altKey && event.key === 'ArrowUp'
                  ? () => moveBetweenMessages(-1)
                  : event.altKey && event.key === 'ArrowDown'
                    ? () => moveBetweenMessages(1)
                    : undefined
    // While a dialog is open, shortcuts do nothing.
    if (!run || document.querySelector('dialog:modal')) return
    event.preventDefault()
    run()
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

function focusComposer(): void {
  document.querySelector<HTMLElement>('main form textarea')?.focus()
}

function openModels(): void {
  document.querySelector<HTMLElement>('main [data-model-picker]')?.click()
}

function moveBetweenMessages(by: 1 | -1): void {
  const messages = [...document.querySelectorAll<HTMLElement>('article[data-message]')]
  const at = messages.findIndex((it) => it.contains(document.activeElement))
  const to = at < 0 ? messages.at(-1) : messages[at + by]
  if (to) to.focus()
  else if (by === 1) focusComposer()
}
