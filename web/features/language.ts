import { i18n } from '@lingui/core'
import type { Messages } from '@lingui/core'
import type { Preferences } from '../../protocol/http/account.ts'

type Language = Exclude<Preferences['language'], 'system'>

const catalogues = new Map<Language, () => Promise<{ messages: Messages }>>()

/** Registers a language and its catalogue. Only `web/app` knows where the catalogues are. */
export function registerLanguage(language: Language, load: () => Promise<{ messages: Messages }>): void {
  catalogues.set(language, load)
}

/**
 * Loads and activates a language. `system`: the first of the browser’s preferred languages that is available, else
 * English.
 */
export async function chooseLanguage(preference: string | null): Promise<void> {
  const preferred =
    preference === null || preference === 'system'
      ? navigator.languages.map((it) => it.slice(0, 2))
      : [preference]
  const language =
    preferred.map((it) => [...catalogues.keys()].find((known) => known === it)).find(Boolean) ?? 'en'
  if (i18n.locale === language) return
  const load = catalogues.get(language)
  if (!load) return
  const { messages } = await load()
  i18n.loadAndActivate({ locale: language, messages })
  document.documentElement.lang = language
}
