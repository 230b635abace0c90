import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

const logger = JSON.stringify(new URL('logger.ts', import.meta.url).href)

/** Runs a program that has `log`, a logger to its stdout, and reads its output. */
function run(program: string): { lines: () => string[]; ended: Promise<unknown>; kill: () => void } {
  const begin = `import { createLogger } from ${logger}
    const log = createLogger({ level: 'info', format: 'json' })\n`
  const child = spawn(process.execPath, ['--input-type=module', '-e', begin + program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  return {
    lines: () => text.split('\n').filter(Boolean),
    ended: once(child, 'close'),
    kill: () => void child.kill('SIGKILL'),
  }
}

test('a line is written soon, even if no line follows', async () => {
  const { lines, ended, kill } = run(`log.info('alone'); setInterval(() => {}, 1000)`)
  await expect.poll(lines, { timeout: 5000 }).toHaveLength(1)
  kill()
  await ended
})

test.each([
  ['an exit', `process.exit(0)`],
  ['an uncaught error', `throw new Error('a bug')`],
])('%s loses no line', async (_, end) => {
  const { lines, ended } = run(`for (let n = 0; n < 5; n++) log.info({ n }, 'line'); ${end}`)
  await ended
  expect(lines()).toHaveLength(5)
})

test('secrets are removed by their field names', async () => {
  const { lines, ended } = run(`log.info({ token: 'abc', a: { password: 'def', b: { key: 'ghi' } } }, 'x')`)
  await ended
  expect(lines().join()).not.toMatch(/abc|def|ghi/)
  expect(lines()).toHaveLength(1)
})
