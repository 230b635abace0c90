import type { Finding } from '../base/index.ts'
import type { EffectiveVariable } from './read-config.ts'

/** What `shoal config` prints: one line a variable, what differs from the default first. Secrets are cut already. */
export function describeConfig(effective: EffectiveVariable[]): string {
  const width = Math.max(...effective.map(({ name }) => name.length))
  const set = effective.filter(({ source }) => source !== 'default')
  const rest = effective.filter(({ source }) => source === 'default')
  return [...set, ...rest]
    .map(({ name, shown, source, readFrom }) => {
      const from = readFrom === name ? source : `${source}, ${readFrom}`
      return `${name.padEnd(width)}  ${shown === '' ? '(not set)' : shown}  [${from}]`
    })
    .join('\n')
}

/** What a start that is refused prints. */
export function describeProblems(problems: Finding[]): string {
  return problems
    .map(({ about, problem, cure }) => `${about}: ${problem}.\n  What to do: ${cure}.`)
    .join('\n')
}
