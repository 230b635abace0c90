import { sleep } from '../../base/index.ts'
import type { RedisLink } from './redis-link.ts'

/** Waits until the link is healthy, but at most `ms`. Resolves with whether it is healthy. */
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
