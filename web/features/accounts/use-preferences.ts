import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Preferences, PreferencesChange } from '../../../protocol/http/account.ts'
import { call } from '../../api/call.ts'
import { operationKey, operationQuery } from '../../api/operation-query.ts'
import { applyPreferences } from './apply-preferences.ts'

const defaults: Preferences = { theme: 'system', language: 'system', sendKey: 'enter', defaultModel: null }

/** The user’s preferences. A change is shown at once, saved in the background, and undone if the server refuses it. */
export function usePreferences(): {
  preferences: Preferences
  change: (change: PreferencesChange) => void
  error: Error | null
} {
  const queryClient = useQueryClient()
  const { data, error } = useQuery(operationQuery('getPreferences'))
  const preferences = data ?? defaults
  const show = (value: Preferences): void => {
    queryClient.setQueryData(operationKey('getPreferences'), value)
    applyPreferences(value)
  }
  const save = useMutation({
    mutationFn: (change: PreferencesChange) => call('putPreferences', { body: change }),
    onMutate: (change) => {
      const before = preferences
      show(Object.assign({}, preferences, change))
      return before
    },
    onError: (_, __, before) => before && show(before),
  })
  return {
    preferences,
    change: (change) => save.mutate(change),
    error: save.error ?? error,
  }
}
