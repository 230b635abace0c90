import { useSyncExternalStore } from 'react'
import { createListeners } from '../../../base/listeners.ts'
import { readStoredJson, writeStored } from '../../storage/safe-storage.ts'

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string')

let open: ReadonlySet<string> | undefined
const changed = createListeners()

const openFolders = (): ReadonlySet<string> => (open ??= new Set(readStoredJson('open-folders', isNames)))

function set(names: Iterable<string>): void {
  open = new Set(names)
  writeStored('open-folders', JSON.stringify([...open]))
  changed.notify()
}

export function isFolderOpen(name: string): boolean {
  return openFolders().has(name)
}

/** Expands or collapses a folder in the sidebar. The browser remembers it. */
export function setFolderOpen(name: string, isOpen: boolean): void {
  const rest = [...openFolders()].filter((it) => it !== name)
  set(isOpen ? [...rest, name] : rest)
}

/** Keeps a folder open under its new name, or forgets a deleted folder (null). */
export function moveOpenFolder(from: string, to: string | null): void {
  if (!isFolderOpen(from)) return
  const rest = [...openFolders()].filter((it) => it !== from)
  set(to === null ? rest : [...rest, to])
}

export function useFolderOpen(name: string): boolean {
  return useSyncExternalStore(changed.add, () => isFolderOpen(name))
}
