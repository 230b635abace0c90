import { readFileSync } from 'node:fs'
import { assembleConfig } from './assemble-config.ts'
import type { ConfigProblem, Findings } from './assemble-config.ts'
import { withoutPassword } from './kinds.ts'
import { nearest, reportUnknown } from './unknown-variables.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'
import type { Values } from './variables.ts'

/** Everything the server is told from outside; frozen. Times are milliseconds. */
export type Config = DeepReadonly<ReturnType<typeof assembleConfig>>

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

/** One variable as it took effect, fit to be shown. */
export interface EffectiveVariable {
  name: string
  /** Secrets are cut. */
  shown: string
  source: 'default' | 'environment' | 'command line' | 'file'
  /** The name it was read from, where that is another one. */
  readFrom: string
}

export type ConfigReading =
  | { ok: true; config: Config; warnings: string[]; effective: EffectiveVariable[] }
  | { ok: false; problems: ConfigProblem[]; warnings: string[] }

type Environment = Record<string, string | undefined>

/**
 * Reads every variable of the table: the command line (`overrides`, by the variable's name) wins over the environment.
 * An empty value counts as not set. All problems are found in one go, each with the variable's name and the cure.
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
  // Built from the table above: each group has each key with its row's type.
  const config = assembleConfig(values as unknown as Values, findings)
  const { problems, warnings } = findings
  if (problems.length > 0) return { ok: false, problems, warnings }
  return { ok: true, config: deepFreeze(config), warnings, effective }
}

function namesOf(row: Variable<unknown>): string[] {
  const names = [row.name, ...row.oldNames]
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
    const problem = row.secret === 'all' ? 'it is not valid' : parsed.problem
    sources.findings.problems.push({ variable: raw.readFrom, problem, cure: parsed.cure })
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
  const own = env[row.name]?.trim()
  const file = row.secret === 'no' ? undefined : env[`${row.name}_FILE`]?.trim()
  const old = row.oldNames.find((name) => env[name]?.trim())
  if (own) {
    if (old !== undefined && env[old]?.trim() !== own) {
      findings.warnings.push(`${old} is ignored: ${row.name} is set too, and wins`)
    }
    return { text: own, source: 'environment', readFrom: row.name }
  }
  if (file) return readSecretFile(`${row.name}_FILE`, file, findings)
  if (old === undefined) return undefined
  findings.warnings.push(`${old} is read as ${row.name}; please use the new name`)
  return { text: env[old]?.trim() ?? '', source: 'environment', readFrom: old }
}

function readSecretFile(variable: string, path: string, { problems }: Findings): RawText | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim()
    if (text !== '') return { text, source: 'file', readFrom: variable }
    problems.push({ variable, problem: `the file ${path} is empty`, cure: 'write the value into it' })
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    problems.push({
      variable,
      problem: `the file ${path} cannot be read (${reason})`,
      cure: 'name a file that exists and that the server may read',
    })
  }
  return undefined
}

function shown(row: Variable<unknown>, text: string): string {
  if (row.secret === 'all') return '***'
  if (row.show) return row.show(text)
  // Addresses of providers may carry credentials as well.
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

/** The variable's name that was probably meant; for flags of the command line too. */
export { nearest }
export type { ConfigProblem }
