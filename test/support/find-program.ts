import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/**
 * The path of a program, or undefined. Debian installs servers into `/usr/sbin`, which is not in the PATH of a regular
 * user, so for each `bin` of the PATH its `sbin` is searched, too.
 */
export function findProgram(name: string): string | undefined {
  return programFolders()
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}

/** The PATH with those folders, to start programs by name. */
export const pathWithServers = (): string => programFolders().join(delimiter)

function programFolders(): string[] {
  const given = (process.env['PATH'] ?? '').split(delimiter).filter((it) => it !== '')
  const servers = given.filter((it) => it.endsWith('/bin')).map((it) => join(dirname(it), 'sbin'))
  return [...new Set([...given, ...servers])]
}
