import type { Finding } from '../base/index.ts'
import type { EffectiveVariable } from './read-config.ts'

/** The output of `shoal config`: one line per variable, those that are set first. Secrets are already masked. */
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

/** The output of a command that refuses the configuration. */
export function describeProblems(problems: Finding[]): string {
  return problems
    .map(({ about, problem, cure }) => `${about}: ${problem}.\n  What to do: ${cure}.`)
    .join('\n')
}
