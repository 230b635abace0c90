import { loadScript } from '../../server/coordination/redis/lua-script.ts'
import type { RedisLink } from '../../server/coordination/redis/redis-link.ts'
import { testPrefix } from './redis-link.ts'

/** A script that returns its key and arguments, or publishes on its key. */
export const echo = loadScript(new URL('echo.lua', import.meta.url))

/** A key or channel; each name has its own hash tag, and so its own slot. */
export const key = (name: string): string => `${testPrefix}:{${name}}`

/** Publishes on a sharded channel. Returns the number of subscribers. */
export function spublish(link: RedisLink, channel: string, payload: string): Promise<unknown> {
  return link.eval(echo, [channel], ['publish', payload])
}

/** Subscribes and records all messages and gaps. */
export function recordMessages(link: RedisLink, kind: 'plain' | 'sharded', channel: string) {
  const received: string[] = []
  const listener = { message: (payload: string) => received.push(payload), gap: () => received.push('gap') }
  const subscription =
    kind === 'plain' ? link.subscribe(channel, listener) : link.subscribeSharded(channel, listener)
  return { received, ...subscription }
}
