import type { Preferences } from '../../../protocol/http/account.ts'
import { chooseLanguage } from '../language.ts'
import { readStored, writeStored } from '../storage/safe-storage.ts'

/** Makes the page look and speak as a person wishes; kept in the browser, so that the next load begins with it. */
export function applyPreferences({ theme, language }: Pick<Preferences, 'theme' | 'language'>): void {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = theme
  if (readStored('theme') !== theme) writeStored('theme', theme)
  if (readStored('language') !== language) writeStored('language', language)
  // The words stay in the language that is there when the other one cannot be loaded.
  chooseLanguage(language).catch((error: unknown) => console.warn('The language could not be loaded', error))
}
