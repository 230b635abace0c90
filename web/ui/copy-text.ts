/**
 * Copies text to the clipboard, and optionally the same content as HTML for programs that accept HTML. It also works
 * without a secure context, in which the browser has no clipboard API, because many installations use plain HTTP in a
 * company network. Returns false if the browser refuses.
 */
export async function copyText(text: string, html?: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await (html === undefined
        ? navigator.clipboard.writeText(text)
        : navigator.clipboard.write([new ClipboardItem({ 'text/plain': text, 'text/html': html })]))
      return true
    } catch {
      // The permission was refused, but the older method may still be allowed after a click.
    }
  }
  return copyBySelection(text, html)
}

function copyBySelection(text: string, html: string | undefined): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.style.position = 'fixed'
  field.style.opacity = '0'
  const fill = (event: ClipboardEvent): void => {
    if (html === undefined || !event.clipboardData) return
    event.clipboardData.setData('text/plain', text)
    event.clipboardData.setData('text/html', html)
    event.preventDefault()
  }
  field.addEventListener('copy', fill)
  const focused = document.activeElement
  // While a modal dialog is open, only elements inside it can be selected.
  const place = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body
  place.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  return copied
}
