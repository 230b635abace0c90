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

/** The files that a script runs, its own imports and theirs. */
function filesOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !existsSync(file)) return seen
  seen.add(file)
  const source = readFileSync(file, 'utf8')
  for (const [, path = ''] of source.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g))
    filesOf(join(dirname(file), path), seen)
  return seen
}

/** Packages with a program that this source calls by its name. */
function packagesCalledIn(file: string): SystemPackage[] {
  if (file.endsWith('package-sets.ts')) return []
  const source = readFileSync(file, 'utf8')
  return Object.values(packageSets)
    .flat<SystemPackage[][]>()
    .filter(({ programs }) => programs.some((it) => new RegExp(`['"/]${it}['"]`).test(source)))
}

const ownScripts = Object.entries(scripts).flatMap(([name, command]) => {
  const [, file, rest = ''] = /^node (\S+\.ts)(.*)$/.exec(command) ?? []
  // Without a fleet, `dev` calls no program of the system.
  const given = name === 'dev' ? ['--fleet'] : rest.trim().split(' ').filter(Boolean)
  return file === undefined ? [] : [{ name, file, args: given }]
})

/**
 * In files that a script imports for something else, as the bench measures the page without a proxy before it, and what a
 * script takes where it is there and does not ask for.
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
      // Which of the two it takes is for the script to say.
      .map(({ name }) => name.replace('chromium-headless-shell', 'chromium'))
      .filter((name) => !notCalled[script.name]?.includes(name)),
  }))
  // What the tests call is called by vitest, in files of its own.
  .map((script) =>
    /^test(:all)?$/.test(script.name)
      ? { ...script, packages: ['redis-server', 'nginx', 'openssl', 'chromium-headless-shell'] }
      : script,
  )
  .filter(({ packages }) => packages.length > 0)

describe('B13: on a machine without the programs it calls', () => {
  let bin: TemporaryFolder
  beforeAll(async () => {
    bin = await temporaryFolder('bin')
    symlinkSync(process.execPath, join(bin.path, 'node'))
  })
  afterAll(() => bin.remove())

  test('every script that calls one is among those tested here', () => {
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

  test.concurrent.for(needing)('$name names the packages and does not crash', async (script, { expect }) => {
    const child = spawn('node', [join(root, script.file), ...script.args], {
      cwd: root,
      env: { PATH: bin.path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    // PostgreSQL's programs are in no PATH: it is here wherever the tests run.
    for (const name of script.packages.filter((it) => it !== 'postgresql')) expect(err).toContain(name)
    expect(err).toContain('Missing packages: ')
    expect(out + err).not.toMatch(/^\s+at .*:\d+:\d+/m)
  })
})

test('B13: the bench of the page names the browser it measures, not the one that tests use', async () => {
  await using bin = await temporaryFolder('bin')
  const child = spawn(process.execPath, [join(root, 'bench/run.ts'), 'web'], {
    cwd: root,
    env: { PATH: bin.path },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  expect(await text(child.stderr)).toMatch(/Missing packages: .*\bchromium\b(?!-)/)
})
