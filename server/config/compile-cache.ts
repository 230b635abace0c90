import { existsSync, mkdirSync } from 'node:fs'
import { enableCompileCache as keepCompiledCode } from 'node:module'
import { join } from 'node:path'

/**
 * Caches compiled code in DATA_DIR, so that the next start does not compile it again. It runs before the server is
 * loaded, so it reads the command line and DATA_DIR itself. Only `start` creates the folder. NODE_COMPILE_CACHE, which
 * the image sets, takes precedence, because Node has already enabled that cache. If the folder is not writable, nothing
 * is cached.
 *
 * Node's default folder in /tmp is not used, because any user of the machine could have put files there.
 */
export function enableCompileCache(argv: readonly string[], env: Record<string, string | undefined>): void {
  const dataDir = flagValue(argv, '--data') ?? (env['DATA_DIR'] || './data')
  try {
    const starts = argv[0] === 'start' && !argv.some((word) => word === '--help' || word === '-h')
    if (starts) mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    else if (!existsSync(dataDir)) return
    keepCompiledCode(join(dataDir, 'compile-cache'))
  } catch {
    // The start reports later what is wrong with the folder.
  }
}

/** The value of the last `--name value` or `--name=value`; undefined if there is none. */
function flagValue(argv: readonly string[], name: string): string | undefined {
  const at = argv.findLastIndex((word) => word === name || word.startsWith(`${name}=`))
  if (at === -1) return undefined
  const [, value] = argv[at]?.split(/=(.*)/s) ?? []
  return value ?? argv[at + 1]
}
