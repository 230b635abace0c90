import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/**
 * Where a program is, or undefined. Debian puts servers into folders (`/usr/sbin`) that the PATH of a regular user leaves
 * out, so each `bin` of the PATH stands for its `sbin` too.
 */
export function findProgram(name: string): string | undefined {
  return programFolders()
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}

/** The PATH with those folders, for programs that are started by their name. */
export const pathWithServers = (): string => programFolders().join(delimiter)

function programFolders(): string[] {
  const given = (process.env['PATH'] ?? '').split(delimiter).filter((it) => it !== '')
  const servers = given.filter((it) => it.endsWith('/bin')).map((it) => join(dirname(it), 'sbin'))
  return [...new Set([...given, ...servers])]
}
