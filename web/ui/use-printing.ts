import { useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import { createListeners } from '../base/listeners.ts'

const changed = createListeners()
let printing = false

/** The page counts as ready to be printed when nothing has changed for `quietMs`, at the latest after `readyMs`. */
const quietMs = 150
const readyMs = 3000

function setPrinting(value: boolean): void {
  if (printing === value) return
  printing = value
  // The browser prints the page as it is when the event `beforeprint` ends.
  flushSync(changed.notify)
}

const begin = (): void => setPrinting(true)
const end = (): void => setPrinting(false)

function subscribe(listener: () => void): () => void {
  // The same functions each time, so the browser adds them once.
  addEventListener('beforeprint', begin)
  addEventListener('afterprint', end)
  return changed.add(listener)
}

/** Whether the page is being printed: then nothing may be left out that a press would show. */
export function usePrinting(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => printing,
    () => false,
  )
}

/**
 * Opens the browser's print dialog. Before, it shows everything that is printed and waits until parts of it that are
 * loaded when needed, such as formulas, have arrived.
 */
export async function printPage(): Promise<void> {
  setPrinting(true)
  await document.fonts.ready
  await untilQuiet()
  window.print()
}

function untilQuiet(): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      observer.disconnect()
      clearTimeout(quiet)
      clearTimeout(latest)
      resolve()
    }
    const observer = new MutationObserver(() => {
      clearTimeout(quiet)
      quiet = setTimeout(finish, quietMs)
    })
    let quiet = setTimeout(finish, quietMs)
    const latest = setTimeout(finish, readyMs)
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
  })
}
