import type { KeyboardEvent } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Preferences } from '../../../../protocol/http/account.ts'
import { operationQuery } from '../../../api/operation-query.ts'

export type SendKey = Preferences['sendKey']

export function useSendKey(): SendKey {
  return useQuery(operationQuery('getPreferences')).data?.sendKey ?? 'enter'
}

/**
 * Whether a key press means “send”. It never does while an input method is composing (Safari reports that as keyCode
 * 229). On touch devices plain Enter inserts a line break, because the send button is closer than Shift.
 */
export function isSendKey(event: KeyboardEvent, sendKey: SendKey): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229)
    return false
  if (event.ctrlKey || event.metaKey) return true
  return sendKey === 'enter' && !matchMedia('(pointer: coarse)').matches
}
