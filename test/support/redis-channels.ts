import { loadScript } from '../../server/coordination/redis/lua-script.ts'
import type { RedisLink } from '../../server/coordination/redis/redis-link.ts'
import { testPrefix } from './redis-link.ts'

/** Answers its key and arguments, or publishes on its key. */
export const echo = loadScript(new URL('echo.lua', import.meta.url))

/** A key or channel in a slot of its own. */
export const key = (name: string): string => `${testPrefix}:{${name}}`

/** SPUBLISH; answers how many heard it. */
export function spublish(link: RedisLink, channel: string, payload: string): Promise<unknown> {
  return link.eval(echo, [channel], ['publish', payload])
}

/** Subscribes and writes down what arrives, gaps included. */
export function hear(link: RedisLink, kind: 'plain' | 'sharded', channel: string) {
  const heard: string[] = []
  const listener = { message: (payload: string) => heard.push(payload), gap: () => heard.push('gap') }
  const subscription =
    kind === 'plain' ? link.subscribe(channel, listener) : link.subscribeSharded(channel, listener)
  return { heard, ...subscription }
}
