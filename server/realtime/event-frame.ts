import type { ServerFrame, UserEvent } from '../../protocol/index.ts'

/**
 * The frame that tells a page of an event. A server before 0.2 sends whole messages: a page is told their ids. A page
 * before 0.2 knows no ids: it is told to read again what it shows.
 */
export function frameOfEvent(event: UserEvent, rereads: boolean): ServerFrame {
  if (event.name !== 'messages.changed') return { t: 'event', event }
  const messageIds = event.messageIds ?? event.messages.map(({ id }) => id)
  if (messageIds.length > 0 && !rereads) return { t: 'gap' }
  return { t: 'event', event: { ...event, messageIds, messages: [] } }
}
