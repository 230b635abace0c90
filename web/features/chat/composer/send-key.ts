import type { KeyboardEvent } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Preferences } from '../../../../protocol/http/account.ts'
import { operationQuery } from '../../../api/operation-query.ts'

export type SendKey = Preferences['sendKey']

export function useSendKey(): SendKey {
  return useQuery(operationQuery('getPreferences')).data?.sendKey ?? 'enter'
}

/**
 * True when a key press means "send". Never while an input method composes (keyCode 229 is how Safari says so), and
 * plain Enter makes a line where a finger types: there the button is nearer than Shift.
 */
export function sendsOn(event: KeyboardEvent, sendKey: SendKey): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229)
    return false
  if (event.ctrlKey || event.metaKey) return true
  return sendKey === 'enter' && !matchMedia('(pointer: coarse)').matches
}
