import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitOfClone } from '../../server/version.ts'
import { findProgram } from '../../test/support/find-program.ts'

const root = join(import.meta.dirname, '../..')

export interface BuildOptions {
  tag: string
  /** Replace the base images that the Dockerfile names. */
  buildImage: string | undefined
  baseImage: string | undefined
}

/** Matches errors of hosts that do not allow control groups or limits; the image itself is not at fault. */
export const refusedByHost = /\bsetrlimit\b|\bcgroups?/i

/** Builds deploy/Dockerfile with buildah (no daemon, no rights beyond chroot) or docker; reports size and time. */
export function buildImage({ tag, buildImage: build, baseImage: base }: BuildOptions): StepOutcome {
  const started = performance.now()
  const tool = ['buildah', 'docker'].find((name) => findProgram(name))
  if (!tool) return { skipped: 'neither buildah nor docker is installed' }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const args = {
    ...(build === undefined ? {} : { BUILD_IMAGE: build }),
    ...(base === undefined ? {} : { BASE_IMAGE: base }),
    VERSION: version,
    REVISION: commitOfClone(join(root, '.git')) ?? 'unknown',
  }
  const given = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
  // Without --format docker, buildah drops the health check.
  const own =
    tool === 'buildah'
      ? ['--format', 'docker', '--isolation', 'chroot', '--network', 'host', '--pull=false', '--layers']
      : []
  const { status, stdout, stderr } = spawnSync(
    tool,
    [
      ...(tool === 'buildah' ? ['bud'] : ['build']),
      ...own,
      ...given,
      '--file',
      'deploy/Dockerfile',
      '--tag',
      tag,
      '.',
    ],
    { cwd: root, encoding: 'utf8', timeout: 900_000, maxBuffer: 64 * 1024 * 1024 },
  )
  const output = `${stdout}${stderr}`
  if (status !== 0) {
    if (/Cannot connect to the Docker daemon/.test(output)) return { skipped: 'no Docker is running' }
    if (refusedByHost.test(output))
      return { skipped: `this host does not allow control groups: ${lastLine(output)}` }
    if (/(pinging container registry|initializing source|no such host|image not known)/.test(output))
      return { skipped: `the Node image is not available locally and cannot be pulled: ${lastLine(output)}` }
    return { failed: output.slice(-3000) }
  }
  return {
    passed: `${tag}, ${sizeOf(tool, tag)} MB, ${((performance.now() - started) / 1000).toFixed(0)} s (${tool})`,
  }
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? ''

export type StepOutcome = { passed: string } | { failed: string } | { skipped: string }

function sizeOf(tool: string, tag: string): string {
  const [name, args]: [string, string[]] =
    tool === 'buildah'
      ? ['buildah', ['images', '--format', '{{.Size}}', tag]]
      : ['docker', ['image', 'inspect', '--format', '{{.Size}}', tag]]
  const { stdout } = spawnSync(name, args, { encoding: 'utf8' })
  const bytes = Number(stdout.trim())
  return Number.isNaN(bytes) ? stdout.trim().replace(/ ?MB$/, '') : (bytes / 1e6).toFixed(0)
}
