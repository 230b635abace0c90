import { sleep } from '../../base/index.ts'
import type { RedisLink } from './redis-link.ts'

/** Resolves when the link is healthy, or after `ms` without: nobody waits for Redis for ever. Answers which. */
export async function untilHealthy(
  link: Pick<RedisLink, 'healthy' | 'onLink'>,
  ms: number,
): Promise<boolean> {
  const late = new AbortController()
  const stopListening = link.onLink((healthy) => {
    if (healthy) late.abort()
  })
  if (!link.healthy()) await sleep(ms, late.signal)
  stopListening()
  return link.healthy()
}
