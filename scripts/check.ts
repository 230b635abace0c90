// All static checks: format, lint, types, dead code, layers, generated docs.
import { runCommand } from './run-command.ts'

const checks: [name: string, command: string, args: string[]][] = [
  ['format', 'oxfmt', ['--check', '.']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['types of the server', 'tsc', ['-p', 'tsconfig.server.json']],
  ['types of the page', 'tsc', ['-p', 'tsconfig.web.json']],
  ['types of browser tests', 'tsc', ['-p', 'tsconfig.browser.json']],
  ['dead code', 'knip', ['--no-progress']],
  [
    'layers',
    'vitest',
    ['run', '--project', 'unit', 'test/architecture.test.ts', 'test/design-rules.test.ts'],
  ],
  ['generated docs', 'node', ['scripts/docs.ts', '--check']],
]

let failed = 0
for (const [name, command, args] of checks) {
  const { code, seconds } = await runCommand(command, args, { quiet: true })
  if (code !== 0) failed++
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`)
}
if (failed > 0)
  console.log(
    `\n${failed} of ${checks.length} checks failed; \`npm run format\` and \`npm run docs\` fix some of them.`,
  )
process.exitCode = failed > 0 ? 1 : 0
