// `npm run test:bare [-- machine…]`: runs the README's first two lines on minimal Debian machines with several versions
// of Node and npm, as root and as a regular user, without Python, a compiler or libatomic. It builds the machines with
// debootstrap and enters them with chroot.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { temporaryFolder } from '../test/support/temporary-folder.ts'
import { buildMachine } from './bare/build-machine.ts'
import { machines } from './bare/machines.ts'
import type { BareMachine } from './bare/machines.ts'
import { cloneOnto, tryStart, tryTest } from './bare/try-lines.ts'
import { ensureSystemPackages } from './system-packages.ts'
import type { Counts } from './testing/totals.ts'
import { Totals } from './testing/totals.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => !machines.some((machine) => machine.name === name))
if (values.list || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no machine ${unknown.join(', ')}. Choose from:`)
  for (const { name } of machines) console.log(name)
  process.exit(values.list ? 0 : 64)
}
const chosen = machines.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const totals = new Totals()

/** Why this machine cannot build bare machines; undefined if it can. */
function findObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  if (!ensureSystemPackages('bare machines')) return 'needs debootstrap and git'
  if (process.getuid?.() !== 0) return 'needs root, for chroot and mounts: sudo npm run test:bare'
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0)
    return 'needs the right to mount (in a container: --cap-add SYS_ADMIN)'
  return undefined
}

/** Runs both lines as root and as a regular user; each combination is one check. */
async function tryMachine(machine: BareMachine, folder: string): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: [], failures: [], groups: [] }
  const check = async (what: string, work: () => Promise<string>): Promise<void> => {
    try {
      const output = `${what}: ${await work()}`
      counts.passed++
      counts.groups?.push(output)
      console.log(`  ok   ${output}`)
    } catch (error) {
      counts.failed++
      counts.failures?.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
      console.log(`  FAIL ${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  console.log(machine.name)
  let built: Awaited<ReturnType<typeof buildMachine>> | undefined
  await check('built', async () => {
    built = await buildMachine(machine, folder)
    return built.versions
  })
  if (!built) return counts
  for (const user of ['ann', 'root'] as const) {
    const clone = await cloneOnto(built, user)
    const userName = user === 'root' ? 'root' : 'a regular user'
    await check(`line 1 as ${userName}`, () => tryStart(clone))
    await check(`line 2 as ${userName}`, () => tryTest(clone))
  }
  return counts
}

const obstacle = findObstacle()
if (obstacle !== undefined) {
  console.error(`npm run test:bare ${obstacle}`)
  totals.add(
    'bare machines',
    { passed: 0, failed: 0, skipped: chosen.map((it) => `${it.name} ${obstacle}`) },
    0,
  )
} else {
  await using folder = await temporaryFolder('bare')
  for (const machine of chosen) {
    const started = performance.now()
    const counts = await tryMachine(machine, folder.path)
    totals.add(machine.name, counts, (performance.now() - started) / 1000)
    spawnSync('rm', ['-rf', join(folder.path, machine.name)])
  }
}
totals.close()
