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

test('lines from fields that are JSON already look like those of the logger, and keep their order', async () => {
  const { lines, ended } = run(`
    const { createLineWriter } = await import(${logger})
    const child = log.child({ instance: 'a' })
    child.info({ n: 1 }, 'same')
    createLineWriter(child, 'info')('"n":1', 'same')
    if (createLineWriter(child, 'debug') !== undefined) throw new Error('debug is not enabled')
    process.exit(0)`)
  await ended
  const [first, second] = lines().map((line) => ({ ...JSON.parse(line), time: 0 }) as unknown)
  expect(first).toMatchObject({ level: 30, instance: 'a', n: 1, msg: 'same' })
  expect(second).toEqual(first)
})

test('many lines at once are all written', async () => {
  const { lines, ended } = run(`for (let n = 0; n < 20000; n++) log.info({ n }, 'é'.repeat(50))`)
  await ended
  expect(lines().map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(
    Array.from({ length: 20_000 }, (_, n) => n),
  )
})
