import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder, copyNetworkFiles, copyRoot, debianBase } from './debian-base.ts'
import { certificateFiles, networkEnvironment } from './host-settings.ts'
import { runLine } from './machine-shell.ts'
import type { BareMachine } from './machines.ts'

export interface BuiltMachine {
  root: string
  /** The versions of Node and npm on the machine. */
  versions: string
  /** Variables that npm needs to reach the network. */
  env: Record<string, string>
}

/** Builds a machine in `folder`: Debian, Node and npm, without compilers and Python. */
export async function buildMachine(
  { name, debian, node }: BareMachine,
  folder: string,
): Promise<BuiltMachine> {
  const root = join(folder, name)
  copyRoot(await debianBase(debian, node === 'debian' ? ['nodejs', 'npm'] : []), root)
  if (node !== 'debian') installNode(root, node)
  if (await lacksLibatomic(root)) {
    // Node 26 does not start without libatomic, so every machine with Node 26 has it.
    rmSync(root, { recursive: true })
    copyRoot(await debianBase(debian, ['libatomic1']), root)
    if (node !== 'debian') installNode(root, node)
  }
  await removeTools(root)
  copyNetworkFiles(root)
  const env = networkEnvironment()
  for (const file of certificateFiles(env)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    cpSync(file, join(root, file), { dereference: true })
  }
  const versions = await runLine({ root, line: 'echo "Node $(node --version), npm $(npm --version)"' })
  return { root, versions: versions.trim(), env }
}

/** Installs Node like the official archive does: the program, and npm as a global package. */
function installNode(root: string, { version, npm }: { version: string; npm: string }): void {
  const bin = join(root, 'usr/local/bin')
  const npmFolder = join(root, 'usr/local/lib/node_modules/npm')
  mkdirSync(npmFolder, { recursive: true })
  const archive = fetchPackage(`node-linux-${process.arch}`, version)
  execFileSync('tar', ['-xzf', archive, '-C', bin, '--strip-components=2', 'package/bin/node'])
  execFileSync('tar', ['-xzf', fetchPackage('npm', npm), '-C', npmFolder, '--strip-components=1'])
  execFileSync('chown', ['-R', 'root:root', bin, npmFolder])
  for (const command of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${command}-cli.js`, join(bin, command))
}

function fetchPackage(name: string, version: string): string {
  const folder = join(cacheFolder, 'packages')
  const file = join(folder, `${name}-${version}.tgz`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return file
}

const librariesOfNode = (root: string): Promise<string> => runLine({ root, line: 'ldd "$(command -v node)"' })

async function lacksLibatomic(root: string): Promise<boolean> {
  return /libatomic\.so\.1 => not found/.test(await librariesOfNode(root))
}

const toolPatterns = [
  '{usr/,}{bin,sbin,local/bin}/{python*,cc,c++,gcc*,g++*,*-gcc*,*-g++*,clang*,make,gmake}',
]

/** Removes tools that Debian's npm (Python) or Node (libatomic) installs. libatomic stays if Node needs it. */
async function removeTools(root: string): Promise<void> {
  const needsLibatomic = (await librariesOfNode(root)).includes('libatomic')
  const patterns = [...toolPatterns, ...(needsLibatomic ? [] : ['{usr/,}lib/{*/,}libatomic.so*'])]
  const find = (): string[] => patterns.flatMap((pattern) => globSync(pattern, { cwd: root }))
  for (const file of find()) rmSync(join(root, file), { force: true })
  const left = find()
  if (left.length > 0) throw new Error(`the machine is not bare: ${left.join(', ')}`)
}
