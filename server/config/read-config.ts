import { readFileSync } from 'node:fs'
import type { Finding } from '../base/index.ts'
import { assembleConfig } from './assemble-config.ts'
import { invalid } from './findings.ts'
import type { Findings } from './findings.ts'
import { withoutPassword } from './kinds.ts'
import { nearest, reportUnknown } from './unknown-variables.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'
import type { Values } from './variables.ts'

/** The whole configuration of the server, frozen. Times are in milliseconds. */
export type Config = DeepReadonly<ReturnType<typeof assembleConfig>>

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

/** The effective value of one variable, ready to print. */
export interface EffectiveVariable {
  name: string
  /** The value; secrets are masked. */
  shown: string
  source: 'default' | 'environment' | 'command line' | 'file'
  /** The variable that the value was read from: `name`, an old name, another spelling, or `<NAME>_FILE`. */
  readFrom: string
}

export type ConfigReading =
  | { ok: true; config: Config; warnings: string[]; effective: EffectiveVariable[] }
  | { ok: false; problems: Finding[]; warnings: string[] }

type Environment = Record<string, string | undefined>

/**
 * Reads every variable of the table. The command line (`overrides`, by variable name) wins over the environment. An
 * empty value counts as not set. Returns all problems at once, each with the variable's name and the cure.
 */
export function readConfig(env: Environment, overrides: Environment = {}): ConfigReading {
  const findings: Findings = { problems: [], warnings: [] }
  const effective: EffectiveVariable[] = []
  const known = new Set<string>()
  const values: Record<string, Record<string, unknown>> = {}
  for (const [group, rows] of Object.entries(variables)) {
    const found: Record<string, unknown> = {}
    for (const [key, row] of Object.entries<Variable<unknown>>(rows)) {
      for (const name of namesOf(row)) known.add(name)
      const reading = readVariable(row, { env, overrides, findings })
      found[key] = reading.value
      effective.push(reading.effective)
    }
    values[group] = found
  }
  findings.warnings.push(...reportUnknown(env, known))
  downgradeUnused(values as unknown as Values, findings)
  // The cast is safe: the loop above fills in every key of every group with the type of its row.
  const config = assembleConfig(values as unknown as Values, findings)
  const { problems, warnings } = findings
  if (problems.length > 0) return { ok: false, problems, warnings }
  return { ok: true, config: deepFreeze(config), warnings, effective }
}

/** Turns problems of variables that are not used into warnings, because they need not prevent the start. */
function downgradeUnused({ store, redis }: Values, findings: Findings): void {
  const unused = (name: string): boolean => {
    if (/^DATABASE_(TYPE|USER|PASSWORD|HOST|PORT|NAME)(_FILE)?$/.test(name)) return store.databaseUrl !== null
    return name.endsWith('_SENTINEL_PORT') && redis.sentinelHosts === null
  }
  for (const { about, problem } of findings.problems.filter((it) => unused(it.about))) {
    findings.warnings.push(`${about} has no effect here, and is wrong: ${problem}; correct or remove it`)
  }
  findings.problems = findings.problems.filter((it) => !unused(it.about))
}

function namesOf(row: Variable<unknown>): string[] {
  const names = [row.name, ...row.spellings, ...row.oldNames]
  return row.secret === 'no' ? names : [...names, `${row.name}_FILE`]
}

interface Sources {
  env: Environment
  overrides: Environment
  findings: Findings
}

function readVariable(
  row: Variable<unknown>,
  sources: Sources,
): { value: unknown; effective: EffectiveVariable } {
  const raw = findText(row, sources)
  const unset = { name: row.name, shown: row.fallbackText, source: 'default' as const, readFrom: row.name }
  if (raw === undefined) return { value: row.fallback, effective: unset }
  const parsed = row.kind.parse(raw.text)
  if ('problem' in parsed) {
    const problem = row.secret === 'all' ? 'the value is not valid' : parsed.problem
    sources.findings.problems.push(invalid({ about: raw.readFrom, problem, cure: parsed.cure }))
    return { value: row.fallback, effective: unset }
  }
  if (parsed.warning !== undefined) sources.findings.warnings.push(`${raw.readFrom}: ${parsed.warning}`)
  return {
    value: parsed.value,
    effective: {
      name: row.name,
      shown: shown(row, raw.text),
      source: raw.source,
      readFrom: raw.readFrom,
    },
  }
}

interface RawText {
  text: string
  source: Exclude<EffectiveVariable['source'], 'default'>
  readFrom: string
}

function findText(row: Variable<unknown>, { env, overrides, findings }: Sources): RawText | undefined {
  const given = overrides[row.name]?.trim()
  if (given) return { text: given, source: 'command line', readFrom: row.name }
  const spelling = row.spellings.find((name) => env[name]?.trim())
  if (spelling !== undefined) {
    return { text: env[spelling]?.trim() ?? '', source: 'environment', readFrom: spelling }
  }
  for (const name of [row.name, ...row.oldNames]) {
    if (isServiceLink(name, env[name])) findings.warnings.push(serviceLinkNote(name))
  }
  const textOf = (name: string): string | undefined =>
    isServiceLink(name, env[name]) ? undefined : env[name]?.trim()
  const own = textOf(row.name)
  const file = row.secret === 'no' ? undefined : env[`${row.name}_FILE`]?.trim()
  const old = row.oldNames.find((name) => textOf(name))
  if (own) {
    if (old !== undefined && env[old]?.trim() !== own) {
      findings.warnings.push(`${old} is ignored: ${row.name} is set too, and wins; remove ${old}`)
    }
    return { text: own, source: 'environment', readFrom: row.name }
  }
  if (file) return readSecretFile(`${row.name}_FILE`, file, findings)
  if (old === undefined) return undefined
  findings.warnings.push(`${old} is an old name of ${row.name}: rename the variable to ${row.name}`)
  return { text: env[old]?.trim() ?? '', source: 'environment', readFrom: old }
}

/** Kubernetes sets such variables in every pod for each Service of the namespace; their names may equal one of ours. */
function isServiceLink(name: string, value: string | undefined): boolean {
  return /(^|_)PORT$/.test(name) && /^(tcp|udp|sctp):\/\/[^/\s]+:\d+$/i.test(value?.trim() ?? '')
}

function serviceLinkNote(name: string): string {
  return `${name} is ignored: Kubernetes sets this value for a Service of that name; to remove it, set enableServiceLinks: false in the pod, or rename the Service`
}

function readSecretFile(variable: string, path: string, { problems }: Findings): RawText | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim()
    if (text !== '') return { text, source: 'file', readFrom: variable }
    problems.push(
      invalid({
        about: variable,
        problem: `the file ${path} is empty`,
        cure: 'write the value into the file',
      }),
    )
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    problems.push(
      invalid({
        about: variable,
        problem: `the file ${path} cannot be read (${reason})`,
        cure: 'set it to the path of a file that exists and that the server may read',
      }),
    )
  }
  return undefined
}

function shown(row: Variable<unknown>, text: string): string {
  if (row.secret === 'all') return '***'
  if (row.show) return row.show(text)
  // Addresses of providers may contain credentials too.
  return row.secret === 'password' || text.includes('://')
    ? text.split(';').map(withoutPassword).join(';')
    : text
}

function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part)
    Object.freeze(value)
  }
  return value as DeepReadonly<T>
}

/** For the command line, which uses it to suggest names of commands and options. */
export { nearest }
