import { useSyncExternalStore } from 'react'
import { createListeners } from '../base/listeners.ts'

/** A value that is loaded when it is first needed. Until it has loaded, `useLazy` returns undefined. */
export interface Lazy<T> {
  get: () => T | undefined
  subscribe: (listener: () => void) => () => void
}

/** A lazy value whose loading can be observed without causing it. */
export interface WatchedLazy<T> extends Lazy<T> {
  /** Starts loading before the value is needed. */
  fetch: () => void
  /** Whether the value has been loading for less than `arrivingMs`, so that it is worth waiting for. */
  isArriving: () => boolean
  /** Calls the listener on each change, without starting to load. */
  watch: (listener: () => void) => () => void
}

// A chunk that failed to load may be available a moment later.
const retryAfterMs = [1000, 5000, 30_000]
/** Maximum time to wait for a value that is loading, ms. */
const arrivingMs = 300

export function createLazy<T>(load: () => Promise<T>): WatchedLazy<T> {
  const changed = createListeners()
  let value: T | undefined
  let state: 'idle' | 'arriving' | 'late' = 'idle'

  function fetch(): void {
    if (state !== 'idle') return
    state = 'arriving'
    setTimeout(() => {
      if (state === 'arriving') state = 'late'
      changed.notify()
    }, arrivingMs)
    start(0)
    changed.notify()
  }

  function start(attempt: number): void {
    load().then(
      (loaded) => {
        value = loaded
        changed.notify()
      },
      (error: unknown) => {
        const wait = retryAfterMs[attempt]
        if (wait === undefined) {
          state = 'idle'
          console.warn('A part of the page could not be loaded.', error)
        } else setTimeout(() => start(attempt + 1), wait)
      },
    )
  }

  return {
    get: () => value,
    fetch,
    isArriving: () => state === 'arriving' && value === undefined,
    watch: changed.add,
    subscribe(listener) {
      const leave = changed.add(listener)
      fetch()
      return leave
    },
  }
}

export function useLazy<T>(lazy: Lazy<T>): T | undefined {
  return useSyncExternalStore(lazy.subscribe, lazy.get, lazy.get)
}

const idle: Lazy<never> = { get: () => undefined, subscribe: () => () => undefined }

/** Like `useLazy`, but loads nothing while `lazy` is undefined. */
export function useLazyIf<T>(lazy: Lazy<T> | undefined): T | undefined {
  return useLazy<T>(lazy ?? idle)
}
