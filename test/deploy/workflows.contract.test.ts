import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { temporaryFolder } from '../support/temporary-folder.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

interface Step {
  id?: string
  name?: string
  uses?: string
  run?: string
  with?: Record<string, string | number>
}
interface Job {
  needs?: string | string[]
  uses?: string
  steps?: Step[]
}
interface Workflow {
  on: Record<string, unknown>
  jobs: Record<string, Job>
}

const workflow = async (name: string): Promise<Workflow> =>
  parse(await readFile(join(root, '.github/workflows', name), 'utf8')) as Workflow

/** Checks out as the action does: with the depth of the step, or by default one commit. */
async function checkOut(job: Job, path: string): Promise<void> {
  const step = job.steps?.find(({ uses }) => uses?.startsWith('actions/checkout@'))
  const depth = Number(step?.with?.['fetch-depth'] ?? 1)
  await run('git', ['clone', '--quiet', ...(depth > 0 ? [`--depth=${depth}`] : []), `file://${root}`, path])
}

const output = async (args: string[]): Promise<string> =>
  (await run('git', args, { cwd: root }).catch(() => ({ stdout: '' }))).stdout.trim()
const isClone = (await output(['rev-parse', '--is-inside-work-tree'])) === 'true'
const isWhole = isClone && (await output(['rev-parse', '--is-shallow-repository'])) === 'false'

test('O16: release.yml publishes only after the tests of ci.yml', async () => {
  const { jobs } = await workflow('release.yml')
  const publishing = Object.entries(jobs).filter(([, { steps = [] }]) =>
    steps.some(
      ({ uses = '', run: script = '', with: given }) =>
        (uses.startsWith('docker/build-push-action@') && String(given?.['push']) === 'true') ||
        /helm push|gh release create|docker push/.test(script),
    ),
  )
  expect(publishing.length).toBeGreaterThan(0)
  for (const [, { needs = [] }] of publishing) {
    const tests = [needs].flat().filter((name) => jobs[name]?.uses === './.github/workflows/ci.yml')
    expect(tests).toHaveLength(1)
  }
  expect((await workflow('ci.yml')).on).toHaveProperty('workflow_call')
})

const scriptsOf = (job: Job | undefined): string[] => (job?.steps ?? []).flatMap((step) => step.run ?? [])

test('the workflows run the tests with the same commands as developers, which install what they need', async () => {
  const ci = (await workflow('ci.yml')).jobs
  expect(scriptsOf(ci['test']).at(-1)).toBe('.ci/run')
  const commands = await readFile(join(root, '.ci/run'), 'utf8')
  for (const script of Object.values(ci).flatMap(scriptsOf))
    for (const [command] of script.matchAll(/npm (run )?test(:\w+)?/g))
      expect(commands).not.toContain(command)
  const nightly = scriptsOf((await workflow('nightly.yml')).jobs['test-all'])
  expect(nightly.at(-1)).toBe('npm ci && npm run test:all')
  for (const script of [...scriptsOf(ci['test']), ...nightly]) expect(script).not.toContain('apt-get')
})

test('O16: the tags of the image are those of scripts/release.ts', async () => {
  const { jobs } = await workflow('release.yml')
  const steps = jobs['release']?.steps ?? []
  const build = steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'))
  expect(build?.with?.['tags']).toBe('${{ steps.version.outputs.image-tags }}')
  expect(steps.find(({ id }) => id === 'version')?.run).toBe('node scripts/release.ts')
})

test.runIf(isClone)('O16: the first steps of release.yml run unchanged on a fresh clone', async () => {
  await using folder = await temporaryFolder('release')
  const clone = join(folder.path, 'clone')
  const { jobs } = await workflow('release.yml')
  await checkOut(jobs['release']!, clone)
  const at = (file: string): string => join(clone, file)
  const edit = async (file: string, change: (text: string) => string): Promise<void> =>
    writeFile(at(file), change(await readFile(at(file), 'utf8')))
  // The commit before the tag.
  const version = '7.8.9-rc.1'
  await edit('package.json', (text) => text.replace(/"version": "[^"]*"/, `"version": "${version}"`))
  await edit('deploy/helm/shoal/Chart.yaml', (text) =>
    text.replaceAll(/^(version|appVersion): .*$/gm, `$1: ${version}`),
  )
  await edit('CHANGELOG.md', (text) => text.replace('## Unreleased', `## ${version}`))
  const outputs = join(folder.path, 'outputs')
  const step = jobs['release']?.steps?.find(({ id }) => id === 'version')
  await run('bash', ['-euo', 'pipefail', '-c', step?.run ?? 'false'], {
    cwd: clone,
    env: {
      PATH: process.env['PATH'],
      GITHUB_REF_NAME: `v${version}`,
      GITHUB_OUTPUT: outputs,
      REGISTRY: 'registry.example.com/team',
    },
  })
  expect(await readFile(outputs, 'utf8')).toBe(
    `version=${version}\nprerelease=true\nimage-tags<<END\nregistry.example.com/team/shoal:${version}\nEND\n`,
  )
  expect(await readFile(at('notes.md'), 'utf8')).toMatch(/^- /)
  expect(await readFile(at('deploy/helm/shoal/values.yaml'), 'utf8')).toContain(
    '\n  repository: registry.example.com/team/shoal\n',
  )
})

// A shallow clone has no older commit to fetch.
test.runIf(isWhole)('O16: nightly.yml fetches the commit that test/upgrade starts', async () => {
  await using folder = await temporaryFolder('nightly')
  const clone = join(folder.path, 'clone')
  const { jobs } = await workflow('nightly.yml')
  await checkOut(jobs['test-all']!, clone)
  const base = (await readFile(join(root, 'test/upgrade/base'), 'utf8')).trim()
  expect((await run('git', ['cat-file', '-t', base], { cwd: clone })).stdout.trim()).toBe('commit')
})
