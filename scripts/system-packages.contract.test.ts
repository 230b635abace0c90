import { spawn } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../test/support/temporary-folder.ts'
import type { TemporaryFolder } from '../test/support/temporary-folder.ts'
import { packageSets } from './package-sets.ts'
import type { SystemPackage } from './package-sets.ts'

const root = join(import.meta.dirname, '..')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** The files of a script: the script itself, its imports, and their imports. */
function filesOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !existsSync(file)) return seen
  seen.add(file)
  const source = readFileSync(file, 'utf8')
  for (const [, path = ''] of source.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g))
    filesOf(join(dirname(file), path), seen)
  return seen
}

/** Packages whose programs this file calls by name. */
function packagesCalledIn(file: string): SystemPackage[] {
  if (file.endsWith('package-sets.ts')) return []
  const source = readFileSync(file, 'utf8')
  return Object.values(packageSets)
    .flat<SystemPackage[][]>()
    .filter(({ programs }) => programs.some((it) => new RegExp(`['"/]${it}['"]`).test(source)))
}

const ownScripts = Object.entries(scripts).flatMap(([name, command]) => {
  const [, file, rest = ''] = /^node (\S+\.ts)(.*)$/.exec(command) ?? []
  // Without `--fleet`, `dev` calls no system program.
  const given = name === 'dev' ? ['--fleet'] : rest.trim().split(' ').filter(Boolean)
  return file === undefined ? [] : [{ name, file, args: given }]
})

/**
 * Packages that a script does not need although its files mention their programs: from files that it imports for other
 * purposes (the bench measures the page without a proxy), or that it uses only if they are installed.
 */
const notCalled: Record<string, string[]> = {
  bench: ['nginx'],
  dev: ['openssl'],
  'deploy:check': ['docker.io', 'docker-compose'],
  'deploy:image': ['docker.io'],
}

const needing = [...ownScripts, { name: 'screenshots', file: 'scripts/screenshots.ts', args: [] }]
  .map((script) => ({
    ...script,
    packages: [...filesOf(join(root, script.file))]
      .flatMap(packagesCalledIn)
      // Either of the two browser packages counts, because the script chooses.
      .map(({ name }) => name.replace('chromium-headless-shell', 'chromium'))
      .filter((name) => !notCalled[script.name]?.includes(name)),
  }))
  // vitest runs the test files, so the imports of these scripts do not show what the tests need.
  .map((script) =>
    /^test(:all)?$/.test(script.name)
      ? { ...script, packages: ['redis-server', 'nginx', 'openssl', 'chromium-headless-shell'] }
      : script,
  )
  .filter(({ packages }) => packages.length > 0)

describe('B13: on a machine without the programs that it calls', () => {
  let bin: TemporaryFolder
  beforeAll(async () => {
    bin = await temporaryFolder('bin')
    symlinkSync(process.execPath, join(bin.path, 'node'))
  })
  afterAll(() => bin.remove())

  test('every script that calls system programs is tested here', () => {
    expect(needing.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'bench',
        'chaos',
        'deploy:check',
        'deploy:image',
        'fleet',
        'test',
        'test:bare',
      ]),
    )
  })

  test.concurrent.for(needing)(
    '$name lists the missing packages and does not crash',
    async (script, { expect }) => {
      const child = spawn('node', [join(root, script.file), ...script.args], {
        cwd: root,
        env: { PATH: bin.path },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
      // PostgreSQL is found outside of PATH, so it is never missing where the tests run.
      for (const name of script.packages.filter((it) => it !== 'postgresql')) expect(err).toContain(name)
      expect(err).toContain('Missing packages: ')
      expect(out + err).not.toMatch(/^\s+at .*:\d+:\d+/m)
    },
  )
})

test('B13: the bench of the page lists the browser that it measures, not the one that tests use', async () => {
  await using bin = await temporaryFolder('bin')
  const child = spawn(process.execPath, [join(root, 'bench/run.ts'), 'web'], {
    cwd: root,
    env: { PATH: bin.path },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  expect(await text(child.stderr)).toMatch(/Missing packages: .*\bchromium\b(?!-)/)
})
