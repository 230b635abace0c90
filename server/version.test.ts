import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../test/support/temporary-folder.ts'
import type { TemporaryFolder } from '../test/support/temporary-folder.ts'
import { version, versionOf } from './version.ts'

let folder: TemporaryFolder
let clone: string
beforeEach(async () => {
  folder = await temporaryFolder('version')
  clone = join(folder.path, 'clone')
  mkdirSync(clone)
  writeFileSync(join(clone, 'package.json'), '{"version":"1.2.3"}')
})
afterEach(() => folder.remove())

/** Runs the real git, which writes the files that `versionOf` reads. */
function git(args: string[], cwd = clone): string {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']
  const { status, stdout, stderr } = spawnSync('git', [...who, ...args], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

function commit(): string {
  git(['init', '--quiet', '--initial-branch=main'])
  git(['add', '.'])
  git(['commit', '--quiet', '--message=one'])
  return git(['rev-parse', 'HEAD']).slice(0, 10)
}

describe('O15: the version contains the commit', () => {
  test('of a branch', () => {
    expect(versionOf(clone)).toBe('1.2.3')
    const id = commit()
    expect(versionOf(clone)).toBe(`1.2.3+${id}`)
    writeFileSync(join(clone, 'more'), '')
    git(['add', '.'])
    git(['commit', '--quiet', '--message=two'])
    expect(versionOf(clone)).toBe(`1.2.3+${git(['rev-parse', 'HEAD']).slice(0, 10)}`)
    expect(versionOf(clone)).not.toContain(id)
  })

  test('of a branch with a slash in its name, after its ref was packed', () => {
    const id = commit()
    git(['checkout', '--quiet', '-b', 'fix/a-thing'])
    git(['pack-refs', '--all'])
    expect(versionOf(clone)).toBe(`1.2.3+${id}`)
  })

  test('of a commit that is checked out without a branch, as in CI', () => {
    const id = commit()
    git(['checkout', '--quiet', '--detach'])
    expect(versionOf(clone)).toBe(`1.2.3+${id}`)
  })

  test('of an additional worktree, whether the ref of its branch is packed or not', () => {
    const id = commit()
    const other = join(folder.path, 'other')
    git(['worktree', 'add', '--quiet', '-b', 'second', other])
    expect(versionOf(other)).toBe(`1.2.3+${id}`)
    git(['pack-refs', '--all'])
    expect(versionOf(other)).toBe(`1.2.3+${id}`)
  })

  test('of an image, which has the file COMMIT instead of a git history', () => {
    writeFileSync(join(clone, 'COMMIT'), '4f2a91c0de4f2a91c0de4f2a91c0de4f2a91c0de\n')
    expect(versionOf(clone)).toBe('1.2.3+4f2a91c0de')
    writeFileSync(join(clone, 'COMMIT'), 'unknown\n')
    expect(versionOf(clone)).toBe('1.2.3')
  })

  test('is left out if git has no commit yet or its files are not readable', () => {
    git(['init', '--quiet'])
    expect(versionOf(clone)).toBe('1.2.3')
    writeFileSync(join(clone, '.git/HEAD'), 'ref: refs/heads/../../package.json')
    expect(versionOf(clone)).toBe('1.2.3')
    cpSync(join(clone, 'package.json'), join(folder.path, 'package.json'))
    writeFileSync(join(folder.path, '.git'), 'gitdir: nowhere\n')
    expect(versionOf(folder.path)).toBe('1.2.3')
  })
})

test('O15: `version` is the version in package.json', () => {
  const { version: plain } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(version.split('+')[0]).toBe(plain)
})
