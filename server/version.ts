import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'

const packageFile = z.object({ version: z.string() })

/**
 * The version of the code in this folder: `1.2.3+4f2a91c0de` with the commit, or `1.2.3` if the commit is unknown. A
 * clone has the commit in its `.git`. An image has no history, so its build writes the commit into the file `COMMIT`.
 */
export function versionOf(folder: string): string {
  const { version } = packageFile.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
  const commit = commitOfClone(join(folder, '.git')) ?? readIfThere(join(folder, 'COMMIT'))
  return commit !== undefined && /^[0-9a-f]{7,64}$/.test(commit)
    ? `${version}+${commit.slice(0, 10)}`
    : version
}

/** The commit that is checked out; undefined if unknown. Reads git's files, because git may not be installed. */
export function commitOfClone(git: string): string | undefined {
  try {
    const own = gitFolder(git)
    const shared = readIfThere(join(own, 'commondir'))
    const folders = shared === undefined ? [own] : [own, inFolder(own, shared)]
    const head = readIfThere(join(own, 'HEAD'))
    const branch = head?.startsWith('ref: ') ? head.slice(5).trim() : undefined
    if (branch === undefined) return head
    return folders.map((it) => readIfThere(join(it, branch)) ?? packedCommit(it, branch)).find(Boolean)
  } catch {
    // The files are not readable, or git has changed their layout: the commit is unknown.
    return undefined
  }
}

/** The folder with git's files. In an additional worktree or a submodule, `.git` is a file that contains its path. */
function gitFolder(git: string): string {
  if (existsSync(join(git, 'HEAD'))) return git
  const place = /^gitdir: (.+)$/m.exec(readIfThere(git) ?? '')?.[1]
  return place === undefined ? git : inFolder(join(git, '..'), place)
}

/** The commit of a branch in `packed-refs`, where git packs refs as lines of `<commit> <name>`. */
function packedCommit(folder: string, branch: string): string | undefined {
  const lines = (readIfThere(join(folder, 'packed-refs')) ?? '').split('\n')
  return lines.find((line) => line.endsWith(` ${branch}`))?.split(' ')[0]
}

const inFolder = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/** The version of this code. */
export const version = versionOf(join(import.meta.dirname, '..'))
