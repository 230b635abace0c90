import { createLazy } from '../../ui/lazy.ts'

/** The combobox for models, which is not needed until a user opens it. */
export const lazyModelCombobox = createLazy(() => import('./model-combobox.tsx'))

// It is loaded at the first sign of a user, so that it opens at once when pressed, and the first load does not wait for
// it.
const used = new AbortController()
for (const type of ['pointermove', 'pointerdown', 'keydown'])
  addEventListener(type, loadOnce, { capture: true, passive: true, signal: used.signal })

function loadOnce(): void {
  used.abort()
  lazyModelCombobox.fetch()
}
