import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export interface ComposeService {
  image: string
  user?: string
  command?: string[]
  environment?: Record<string, string>
  volumes?: string[]
  tmpfs?: string[]
  secrets?: string[]
  read_only?: boolean
  restart?: string
  ports?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test?: string[]; interval?: string; retries?: number; disable?: boolean }
}

export interface ComposeFile {
  services: Record<string, ComposeService>
  secrets?: Record<string, { file: string }>
}

type Mapping = Record<string, unknown>

/** Reads compose files as compose does: replaces variables, and merges later files over earlier ones. */
export function readComposeFiles(folder: string, names: string[], env: Record<string, string>): ComposeFile {
  const files = names.map(
    (name) => parse(readFileSync(join(folder, name), 'utf8'), { merge: true }) as Mapping,
  )
  // The cast is enough, because compose itself checks the files (npm run deploy:check).
  return fillIn(
    files.reduce((earlier, later) => mergeOver(earlier, later) as Mapping),
    env,
  ) as ComposeFile
}

/** Merges mappings and joins lists; only a command is replaced by the later file. */
function mergeOver(earlier: unknown, later: unknown, key?: string): unknown {
  if (later === undefined) return earlier
  if (isMapping(earlier) && isMapping(later)) {
    const keys = new Set([...Object.keys(earlier), ...Object.keys(later)])
    return Object.fromEntries([...keys].map((name) => [name, mergeOver(earlier[name], later[name], name)]))
  }
  if (Array.isArray(earlier) && Array.isArray(later) && key !== 'command' && key !== 'test')
    return [...new Set<unknown>([...(earlier as unknown[]), ...(later as unknown[])])]
  return later
}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function fillIn(value: unknown, env: Record<string, string>): unknown {
  if (typeof value === 'string') return interpolate(value, env)
  if (Array.isArray(value)) return value.map((it) => fillIn(it, env))
  if (!isMapping(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, fillIn(it, env)]))
}

/** Replaces `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, and `$$` with a dollar sign. */
function interpolate(text: string, env: Record<string, string>): string {
  return text.replaceAll(
    /\$(?:\$|\{(\w+)(?::([-?])([^}]*))?\})/g,
    (_, name?: string, kind?: string, rest = '') => {
      if (name === undefined) return '$'
      const value = env[name] ?? ''
      if (value !== '') return value
      if (kind === '?') throw new Error(`${name}: ${rest}`)
      return kind === '-' ? rest : ''
    },
  )
}
