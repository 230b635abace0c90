import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface LuaScript {
  name: string
  source: string
  /** SHA-1 of the source, for EVALSHA. */
  sha: string
  /** The number of keys that its header declares. */
  keys: number
}

/**
 * Reads a script from a `.lua` file. Its first line must be a comment that numbers its keys and arguments, for example
 * `-- name.lua  KEYS 1 log, 2 facts.  ARGV 1 fence, 2 seq`. A script without keys is refused, because a Cluster could
 * not route it.
 */
export function loadScript(url: URL): LuaScript {
  const source = readFileSync(fileURLToPath(url), 'utf8')
  const name = basename(fileURLToPath(url))
  const [header = ''] = source.split('\n', 1)
  const isComplete = header.startsWith('--') && header.includes(' ARGV ')
  const declared = isComplete ? header.split(' KEYS ', 2)[1]?.split(' ARGV ', 1)[0] : undefined
  const numbers = [...(declared ?? '').matchAll(/(?:^|[\s,])(\d+) /g)].map((match) => Number(match[1]))
  const keys = numbers.length
  if (keys === 0 || numbers.some((number, index) => number !== index + 1)) {
    throw new Error(`${name}: the first line must name its keys: -- ${name}  KEYS 1 …, 2 ….  ARGV 1 …`)
  }
  return { name, source, sha: createHash('sha1').update(source).digest('hex'), keys }
}
