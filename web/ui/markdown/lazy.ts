import { useSyncExternalStore } from 'react'

/** Something that is fetched when it is first needed; until it is there, `useLazy` answers undefined. */
export interface Lazy<T> {
  get: () => T | undefined
  subscribe: (listener: () => void) => () => void
}

// A chunk that could not be fetched may be there a moment later.
const retryAfterMs = [1000, 5000, 30_000]

export function createLazy<T>(load: () => Promise<T>): Lazy<T> {
  const listeners = new Set<() => void>()
  let value: T | undefined
  let started = false

  function start(attempt: number): void {
    started = true
    load().then(
      (loaded) => {
        value = loaded
        for (const listener of listeners) listener()
      },
      (error: unknown) => {
        const wait = retryAfterMs[attempt]
        if (wait === undefined) {
          started = false
          console.warn('A part of the page could not be loaded; the text is shown plain.', error)
        } else setTimeout(() => start(attempt + 1), wait)
      },
    )
  }

  return {
    get: () => value,
    subscribe(listener) {
      listeners.add(listener)
      if (!started) start(0)
      return () => listeners.delete(listener)
    },
  }
}

export function useLazy<T>(lazy: Lazy<T>): T | undefined {
  return useSyncExternalStore(lazy.subscribe, lazy.get, lazy.get)
}

const idle: Lazy<never> = { get: () => undefined, subscribe: () => () => undefined }

/** Like `useLazy`, but fetches nothing while there is no `lazy`. */
export function useLazyIf<T>(lazy: Lazy<T> | undefined): T | undefined {
  return useLazy<T>(lazy ?? idle)
}
