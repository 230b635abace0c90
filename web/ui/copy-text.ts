/**
 * Puts text on the clipboard, and beside it the same as HTML for programs that take it. Works without a secure context
 * too, where the browser has no clipboard interface: many installations run on plain HTTP inside a company's network.
 * False: the browser refused.
 */
export async function copyText(text: string, html?: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await (html === undefined
        ? navigator.clipboard.writeText(text)
        : navigator.clipboard.write([new ClipboardItem({ 'text/plain': text, 'text/html': html })]))
      return true
    } catch {
      // Refused by permission: the older way may still be allowed after a click.
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
  // Behind a modal dialog nothing can be selected.
  const place = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body
  place.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  return copied
}
