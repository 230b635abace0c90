import type { Preferences } from '../../../protocol/http/account.ts'
import { chooseLanguage } from '../language.ts'
import { readStored, writeStored } from '../storage/safe-storage.ts'

/** Applies the user’s theme and language, and stores both in the browser so that the next load starts with them. */
export function applyPreferences({ theme, language }: Pick<Preferences, 'theme' | 'language'>): void {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = theme
  if (readStored('theme') !== theme) writeStored('theme', theme)
  if (readStored('language') !== language) writeStored('language', language)
  // If the catalogue cannot be loaded, the page keeps its current language.
  chooseLanguage(language).catch((error: unknown) => console.warn('The language could not be loaded', error))
}
