import { createListeners } from '../base/listeners.ts'
import { runAfter } from '../base/clock.ts'
import type { Sleep } from '../base/clock.ts'

export interface Toast {
  id: number
  text: string
  action?: { label: string; run(): void }
}

/** How long a toast is shown, ms. Long enough to read it, notice a mistake and reach the button. */
export const shownMs = 8000
const maxShown = 3

/** The toasts on the screen, oldest first. None disappears while the user points at one of them or has focused one. */
export class ToastList {
  readonly #sleep: Sleep
  readonly #changed = createListeners()
  #toasts: readonly Toast[] = []
  #timers = new Map<number, () => void>()
  #lastId = 0
  #held = false

  constructor(sleep: Sleep) {
    this.#sleep = sleep
  }

  readonly onChange = this.#changed.add
  readonly current = (): readonly Toast[] => this.#toasts

  show(text: string, action?: Toast['action']): void {
    const toast: Toast = { id: ++this.#lastId, text, ...(action ? { action } : {}) }
    for (const old of this.#toasts.slice(0, 1 - maxShown)) this.#stopTimer(old.id)
    this.#set([...this.#toasts.slice(1 - maxShown), toast])
    if (!this.#held) this.#startTimer(toast.id)
  }

  dismiss(id: number): void {
    this.#stopTimer(id)
    this.#set(this.#toasts.filter((toast) => toast.id !== id))
    // The pointer or the focus was on the last toast, and no event reports that it has left.
    if (this.#toasts.length === 0) this.#held = false
  }

  /** Stops the time of all toasts. */
  hold(): void {
    this.#held = true
    for (const { id } of this.#toasts) this.#stopTimer(id)
  }

  /** Gives all toasts their full time again. */
  release(): void {
    if (!this.#held) return
    this.#held = false
    for (const { id } of this.#toasts) this.#startTimer(id)
  }

  #set(toasts: readonly Toast[]): void {
    this.#toasts = toasts
    this.#changed.notify()
  }

  #startTimer(id: number): void {
    this.#timers.set(
      id,
      runAfter(this.#sleep, shownMs, () => this.dismiss(id)),
    )
  }

  #stopTimer(id: number): void {
    this.#timers.get(id)?.()
    this.#timers.delete(id)
  }
}
