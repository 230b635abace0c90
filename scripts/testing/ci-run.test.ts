import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'

const file = join(import.meta.dirname, '../../.ci/run')

/** Runs .ci/run in a temporary folder, where `npm` is this shell script. */
async function runCi(npm: string): Promise<{ status: number | null; lines: string[] }> {
  await using folder = await temporaryFolder('ci')
  mkdirSync(join(folder.path, '.ci'))
  copyFileSync(file, join(folder.path, '.ci/run'))
  writeFileSync(join(folder.path, 'npm'), `#!/bin/sh\necho "npm $*"\n${npm}\n`)
  chmodSync(join(folder.path, 'npm'), 0o755)
  const { status, stdout } = spawnSync('bash', [join(folder.path, '.ci/run')], {
    encoding: 'utf8',
    env: { PATH: `${folder.path}:${process.env['PATH']}` },
  })
  return { status, lines: stdout.trimEnd().split('\n') }
}

const root = process.getuid?.() === 0
const closing = (lines: string[]): string[] => lines.filter((line) => /^\d+ passed, \d+ failed/.test(line))

test('.ci/run: the last line has the totals of all commands, and skipped tests are listed by name', async () => {
  const { status, lines } = await runCi(`
    case "$*" in
      ci) ;;
      test) printf '10 0 1\\nskipped: a thing needs docker\\n' > "$SHOAL_TEST_REPORT" ;;
      *) printf '5 0 0\\n' > "$SHOAL_TEST_REPORT" ;;
    esac`)
  const [total, skipped] = root ? [20, 1] : [15, 2]
  expect(closing(lines)).toEqual([`${total} passed, 0 failed, ${skipped} skipped`])
  expect(lines.at(-1)).toBe(closing(lines)[0])
  expect(lines).toContain('skipped: npm test: a thing needs docker')
  expect(lines).toContain('npm ci')
  expect(lines).toContain('npm test')
  expect(lines).toContain('npm run test:services')
  expect(lines.includes('npm run test:bare -- debian12-node22')).toBe(root)
  expect(status).toBe(0)
})

test('.ci/run: a command that fails or leaves no counts is a failure, and the other commands still run', async () => {
  const { status, lines } = await runCi(`
    case "$*" in
      ci) exit 1 ;;
      'run test:services') printf '3 2 0\\nfailed: compose: no answer\\n' > "$SHOAL_TEST_REPORT"; exit 1 ;;
      *) printf '5 0 0\\n' > "$SHOAL_TEST_REPORT" ;;
    esac`)
  expect(lines.at(-1)).toMatch(root ? /^8 passed, 3 failed$/ : /^3 passed, 3 failed, 1 skipped$/)
  expect(lines).toContain('failed: npm test ended with 1')
  expect(lines).toContain('failed: npm run test:services: compose: no answer')
  expect(status).toBe(1)
})
