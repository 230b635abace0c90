import type { ChatSummary } from '../../../protocol/http/chats.ts'

export type DayGroup = 'pinned' | 'today' | 'yesterday' | 'week' | 'month' | 'older'

/** Groups chats by the day of their last activity, in the user’s time zone. Empty groups are left out. */
export function groupByDay(
  chats: readonly ChatSummary[],
  now: Date,
): { group: DayGroup; chats: ChatSummary[] }[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  const dayBefore = (days: number): number =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).getTime()
  const groupOf = ({ pinned, updatedAt }: ChatSummary): DayGroup =>
    pinned
      ? 'pinned'
      : updatedAt >= midnight
        ? 'today'
        : updatedAt >= dayBefore(1)
          ? 'yesterday'
          : updatedAt >= dayBefore(7)
            ? 'week'
            : updatedAt >= dayBefore(30)
              ? 'month'
              : 'older'
  const order: DayGroup[] = ['pinned', 'today', 'yesterday', 'week', 'month', 'older']
  return order
    .map((group) => ({ group, chats: chats.filter((chat) => groupOf(chat) === group) }))
    .filter(({ chats }) => chats.length > 0)
}
