import { useSyncExternalStore } from 'react'

/** Whether the browser has a network connection. False is certain; true does not mean that the server is reachable. */
export function isOnline(): boolean {
  return navigator.onLine
}

/** Adds a listener for changes of `isOnline`. Returns a function that removes it. */
export function listenForNetwork(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}

export function useOnline(): boolean {
  return useSyncExternalStore(listenForNetwork, isOnline)
}
