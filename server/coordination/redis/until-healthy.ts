import type { RedisLink } from './redis-link.ts'

/** Resolves when the link is healthy, or after `ms` without: nobody waits for Redis for ever. Answers which. */
export async function untilHealthy(
  link: Pick<RedisLink, 'healthy' | 'onLink'>,
  ms: number,
): Promise<boolean> {
  if (link.healthy()) return true
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      stop()
      resolve(false)
    }, ms)
    const stop = link.onLink((healthy) => {
      if (!healthy) return
      clearTimeout(timer)
      stop()
      resolve(true)
    })
  })
}
