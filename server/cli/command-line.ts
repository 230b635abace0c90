import { parseArgs } from 'node:util'
import { nearest } from '../config.ts'
import { commands } from './commands.ts'
import type { CommandName, CommandSpec } from './commands.ts'

export interface Command {
  name: CommandName
  flags: Record<string, string>
  switches: Set<string>
}

/** The command line is invalid; the message says what to write instead. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Parses the arguments after `shoal`. Throws UsageError. */
export function parseCommandLine(argv: string[]): Command {
  if (argv.length === 0 || argv.some((word) => word === '--help' || word === '-h'))
    return commandWithoutFlags('help')
  if (argv[0] === '--version' || argv[0] === '-v') return commandWithoutFlags('version')
  const { spec, rest } = findCommand(argv)
  const { values, positionals } = parse(spec, rest)
  const flags: Record<string, string> = {}
  const switches = new Set<string>()
  for (const [name, value] of Object.entries<unknown>({ ...values })) {
    if (typeof value === 'string') flags[name] = value
    else switches.add(name)
  }
  fillRequired(spec, flags, positionals)
  return { name: spec.words, flags, switches }
}

type Spec = (typeof commands)[number] & CommandSpec

function commandWithoutFlags(name: CommandName): Command {
  return { name, flags: {}, switches: new Set() }
}

function findCommand(argv: string[]): { spec: Spec; rest: string[] } {
  for (const spec of commands) {
    const words = spec.words.split(' ')
    if (words.every((word, index) => argv[index] === word)) return { spec, rest: argv.slice(words.length) }
  }
  const group = commands.filter(({ words }) => words.startsWith(`${argv[0]} `))
  if (group.length > 0) {
    const second = group.map(({ words }) => words.split(' ')[1] ?? '')
    throw new UsageError(
      `shoal ${argv[0]} needs one of these commands: ${second.join(', ')}${suggest(argv[1], second)}`,
    )
  }
  if (argv[0]?.startsWith('-')) {
    throw new UsageError(
      `the command is missing: it comes before its options, as in shoal start ${argv.join(' ')}`,
    )
  }
  const first = [...new Set(commands.map(({ words }) => words.split(' ')[0] ?? ''))]
  throw new UsageError(`there is no command "${argv[0]}"${suggest(argv[0], first)}`)
}

function parse(spec: Spec, args: string[]): { values: object; positionals: string[] } {
  const known = [...Object.keys(spec.flags), ...Object.keys(spec.switches ?? {})]
  const options = Object.fromEntries([
    ...Object.keys(spec.flags).map((name) => [name, { type: 'string' as const }]),
    ...[...Object.keys(spec.switches ?? {}), ...(spec.internal ?? [])].map((name) => [
      name,
      { type: 'boolean' as const },
    ]),
  ])
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const flag = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
    if (flag === undefined) throw new UsageError(`shoal ${spec.words}: ${message}`, { cause: error })
    const flags = known.map((name) => `--${name}`)
    const list = flags.length > 0 ? `; its options are ${flags.join(', ')}` : '; it has no options'
    throw new UsageError(`shoal ${spec.words} has no option ${flag}${suggest(flag, flags)}${list}`, {
      cause: error,
    })
  }
}

/** Assigns positional values, in order, to required options without a value. Throws if a required value is missing. */
function fillRequired(spec: Spec, flags: Record<string, string>, positionals: string[]): void {
  const given = [...positionals]
  for (const name of spec.required ?? []) flags[name] ??= given.shift() ?? ''
  if (given.length > 0) throw new UsageError(`shoal ${spec.words}: unexpected argument "${given[0]}"`)
  for (const name of [...(spec.required ?? []), ...Object.keys(flags)]) {
    if (!flags[name]) throw new UsageError(`shoal ${spec.words}: --${name} needs a value`)
  }
}

function suggest(word: string | undefined, known: string[]): string {
  // `nearest` allows fewer edits for shorter names; padding makes it tolerant enough for short words.
  const near =
    word === undefined
      ? undefined
      : nearest(
          word.padEnd(12),
          known.map((name) => name.padEnd(12)),
        )
  return near === undefined ? '' : ` (did you mean ${near.trim()}?)`
}
