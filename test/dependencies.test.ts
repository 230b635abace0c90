// O1, O2: `npm ci` must work on a machine that has only Node and npm. So no dependency may compile anything, and the
// Node that npm installs may not need a library that a minimal Debian lacks.
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface LockedPackage {
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  hasInstallScript?: boolean
  engines?: unknown
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}
const packages = Object.entries(lock.packages).filter(([path]) => path !== '')
/** The packages that npm installed here. Optional packages for other systems are missing. */
const installed = packages.filter(([path]) => existsSync(join(root, path, 'package.json')))

/** `node` installs the Node that Shoal runs on; `sharp` is optional and comes with prebuilt files. */
const isException = (path: string): boolean => /^node_modules\/(node|sharp|@img\/.*)$/.test(path)

test('O1: the only dependency with an install script is node', () => {
  const scripts = packages.filter(([path, { hasInstallScript }]) => hasInstallScript && !isException(path))
  expect(scripts.map(([path]) => path)).toEqual([])
})

test('O1: no dependency has a binding.gyp, which npm would compile', () => {
  expect(installed.length).toBeGreaterThan(100)
  const compiled = installed.filter(
    ([path]) => existsSync(join(root, path, 'binding.gyp')) && !isException(path),
  )
  expect(compiled.map(([path]) => path)).toEqual([])
})

test('O1: production packages contain no native file', () => {
  const production = installed.filter(
    ([path, { dev, devOptional }]) => !dev && !devOptional && !isException(path),
  )
  expect(production.length).toBeGreaterThan(20)
  const native = production.flatMap(([path]) =>
    globSync('**/*.{node,so,dylib,dll}', { cwd: join(root, path), exclude: ['node_modules/**'] }).map(
      (file) => `${path}/${file}`,
    ),
  )
  expect(native).toEqual([])
})

// npm compares `engines` with the Node that npm itself runs on. On Debian 12's Node 18 it left out the native part of
// the page's build, although everything runs on the Node that npm installs.
test('O1: the lock file has no engines, so that npm leaves out no package; `npm run format` repairs it', () => {
  expect(packages.filter(([, { engines }]) => engines !== undefined).map(([path]) => path)).toEqual([])
})

test('O1: the lock file names no registry', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "(?!git)/)
})

const nodeFile = join(root, 'node_modules/node/bin/node')
/** The libraries of libc6, libgcc-s1 and libstdc++6, which even the smallest Debian has for its package manager. */
const baseLibraries = /^(linux-vdso|ld-linux[\w-]*|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+))\.so\.\d+$/

// Node 26 needs libatomic.so.1.
test.runIf(process.platform === 'linux' && existsSync(nodeFile))(
  'O2: the Node that npm installs needs no library that a minimal Debian lacks',
  () => {
    const needed = execFileSync('ldd', [nodeFile], { encoding: 'utf8' }).trim().split('\n')
    const names = needed.map((line) => line.trim().split(' ')[0]!.split('/').at(-1)!)
    expect(names.length).toBeGreaterThan(3)
    expect(names.filter((name) => !baseLibraries.test(name))).toEqual([])
  },
)

test('.node-version names the Node that npm installs', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  expect(readFileSync(join(root, '.node-version'), 'utf8')).toBe(`${dependencies['node']}\n`)
})
