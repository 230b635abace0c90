import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const folders = ['base', 'coordination', 'instance', 'operations', 'shared-state', 'workers']

/**
 * Finds the places where a handler is passed to a timer or to an emitter of Node or the Redis client. Shoal's own `on`
 * methods catch errors themselves.
 */
const registration =
  /(?<![.\w])set(?:Interval|Timeout|Immediate)\(\s*|\bsocket\.setTimeout\([^,]+,\s*|\b(?:client|process|server|socket|stream|worker)\s*\.(?:on|once)\(\s*(?:'[^']*'|\w+),\s*/g

/** Handlers that only settle a promise, close or delete something: they cannot throw. */
const harmless =
  /^(?:\([\w: ]*\) => )?(?:void )?(?:all\.resolve|resolve|reject|done|failed|clearTimeout|socket\.destroy|sockets\.delete|logger\.\w+|(?:options\.)?note)\b|^\(\) => \{\}/

/** Handlers that were reviewed by hand, with the reason why each needs no guard. */
const reviewed: Record<string, string> = {
  'coordination/redis/redis-clients.ts: () => stream.uncork())': 'uncork reports errors as an event',
  'base/buffer-lines.ts: flush, flushEveryMs).unref()':
    'writes the log itself, to a file that is never destroyed',
  'coordination/redis/guarded-client.ts: () => setTimeout(rebuild, 200 + jitter() * 300).unref())':
    'only schedules a guarded function',
  'workers/supervised.ts: (message) => {':
    'there is no logger yet; an error is an uncaught exception, which drains the process',
  'workers/supervised.ts: () => {': 'the same',
  'operations/process-faults.ts: (error) => {': 'it is the last handler of errors itself',
}

/** Call sites whose handler is neither guarded nor harmless. */
function unguarded(file: string, source: string): string[] {
  const guardedNames = new Set(
    [...source.matchAll(/(?:const |this\.#)(\w+) = (?:\([^)]*\) =>\s*)?(?:this\.#)?(?:guarded|mine)\(/g)].map(
      ([, name]) => name,
    ),
  )
  return [...source.matchAll(registration)].flatMap((match) => {
    const handler = source.slice(match.index + match[0].length).replace(/^\(\) =>\s+/, '() => ')
    const name = /^(?:this\.#)?(\w+)(?:\(|[,)])/.exec(handler)?.[1]
    const site = `${file}: ${handler.slice(0, handler.indexOf('\n'))}`
    const isGuarded = name === 'guarded' || guardedNames.has(name)
    return isGuarded || harmless.test(handler) || site in reviewed ? [] : [site]
  })
}

test('every handler of a raw socket, stream, timer or process event is guarded', () => {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: join(root, 'server') }))
  const product = files.filter((file) => !/\.(test|contract)\.ts$/.test(file))
  const found = product.flatMap((file) => unguarded(file, readFileSync(join(root, 'server', file), 'utf8')))
  expect(found).toEqual([])
})

test('an unguarded handler is found', () => {
  const source = `
    setTimeout(() => this.#step(), 5)
    const late = guarded(where, () => this.#tell())
    setTimeout(late, 5)
    socket.on('data', (piece) => {
    socket.on('close', () => sockets.delete(socket))
  `
  expect(unguarded('a.ts', source)).toEqual(['a.ts: () => this.#step(), 5)', 'a.ts: (piece) => {'])
})
