import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { InstanceOptions, InstanceProcess } from '../support/instance-process.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** One version of the source code, from which instances can be started. */
export interface SourceTree {
  start(options: InstanceOptions): Promise<InstanceProcess>
  remove(): Promise<void>
}

async function treeAt(folder: string, remove: () => Promise<void>): Promise<SourceTree> {
  // The starter of this tree starts the server of this tree.
  const starter = (await import(join(folder, 'test/support/instance-process.ts'))) as {
    startInstance(options: InstanceOptions): Promise<InstanceProcess>
  }
  return { start: (options) => starter.startInstance(options), remove }
}

/**
 * Checks out the commit that `test/upgrade/base` names, as a worktree in `folder`, with the packages of its lock file.
 */
export async function checkOutBase(folder: string): Promise<SourceTree> {
  const commit = (await readFile(join(import.meta.dirname, 'base'), 'utf8')).trim()
  const path = join(folder, 'base')
  const remove = async (): Promise<void> => {
    await run('git', ['worktree', 'remove', '--force', path], { cwd: root })
  }
  await run('git', ['worktree', 'add', '--detach', path, commit], { cwd: root })
  try {
    const [mine, theirs] = await Promise.all(
      [root, path].map((tree) => readFile(join(tree, 'package-lock.json'), 'utf8')),
    )
    if (mine === theirs) await symlink(join(root, 'node_modules'), join(path, 'node_modules'))
    else await run('npm', ['ci', '--omit=dev'], { cwd: path, maxBuffer: 1e8 })
    return await treeAt(path, remove)
  } catch (error) {
    await remove()
    throw error
  }
}

/** A migration that only these tests have. */
export interface TestStep {
  name: string
  kind: 'expand' | 'contract'
  /** Statements, with `SCHEMA.` before each table. */
  statements: string[]
}

/** A copy of the current source code, with additional migrations. */
export async function copyWithSteps(folder: string, name: string, steps: TestStep[]): Promise<SourceTree> {
  const path = join(folder, name)
  await mkdir(path, { recursive: true })
  for (const part of ['server', 'protocol', 'test/support', 'package.json'])
    await cp(join(root, part), join(path, part), { recursive: true })
  await symlink(join(root, 'node_modules'), join(path, 'node_modules'))
  const list = join(path, 'server/store/migrations/all.ts')
  const source = await readFile(list, 'utf8')
  await writeFile(list, `${source.replace('export const migrations', 'const released')}\n${added(steps)}`)
  return treeAt(path, async () => {})
}

/** A contracting step needs code that knows the step before it. */
function added(steps: TestStep[]): string {
  return `const last = released.at(-1)?.number ?? 0
const steps = ${JSON.stringify(steps)} as const
export const migrations: readonly Migration[] = [
  ...released,
  ...steps.map(({ name, kind, statements }, place): Migration => ({
    number: last + place + 1,
    name,
    kind,
    oldestCode: kind === 'contract' ? last + place : released.at(-1)?.oldestCode ?? 1,
    statements: (prefix) => statements.map((statement) => statement.replaceAll('SCHEMA.', prefix)),
  })),
]
`
}
