import { existsSync, mkdirSync } from 'node:fs'
import { enableCompileCache as keepCompiledCode } from 'node:module'
import { join } from 'node:path'

/**
 * Keeps the compiled code in DATA_DIR, so that the next start compiles nothing. Called before the server is loaded, so it
 * reads the command line and DATA_DIR itself. Only `start` makes the folder. NODE_COMPILE_CACHE, which the image sets,
 * wins: Node has then enabled it already. Without a folder that can be written, code is compiled as ever.
 *
 * Not Node's default, a folder in /tmp that any user of the machine may have prepared.
 */
export function enableCompileCache(argv: readonly string[], env: Record<string, string | undefined>): void {
  const dataDir = flagValue(argv, '--data') ?? (env['DATA_DIR'] || './data')
  try {
    const starts = argv[0] === 'start' && !argv.some((word) => word === '--help' || word === '-h')
    if (starts) mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    else if (!existsSync(dataDir)) return
    keepCompiledCode(join(dataDir, 'compile-cache'))
  } catch {
    // The start itself says what is wrong with the folder.
  }
}

/** Of `--name value` or `--name=value`, the last one. */
function flagValue(argv: readonly string[], name: string): string | undefined {
  const at = argv.findLastIndex((word) => word === name || word.startsWith(`${name}=`))
  if (at === -1) return undefined
  const [, value] = argv[at]?.split(/=(.*)/s) ?? []
  return value ?? argv[at + 1]
}
