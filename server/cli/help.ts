import { commands } from './commands.ts'
import type { CommandSpec } from './commands.ts'

/** What `shoal help` prints. */
export function helpText(): string {
  return [
    'Shoal: a self-hosted AI chat for teams.',
    '',
    ...commands.map((spec) => describe(spec)),
    '',
    'Everything else is said by environment variables: see docs/configuration.md, and `shoal config` for their values.',
    'Accounts can be administered while the server runs.',
  ].join('\n')
}

function describe({ words, summary, flags, switches = {}, needed = [] }: CommandSpec): string {
  const usage = [
    ...Object.keys(flags).map((name) =>
      needed.includes(name) ? `--${name} ${name.toUpperCase()}` : `[--${name} ${name.toUpperCase()}]`,
    ),
    ...Object.keys(switches).map((name) => `[--${name}]`),
  ]
  return `  shoal ${[words, ...usage].join(' ')}\n      ${summary}`
}
