// `npm run deploy:image`: builds the image (with buildah or docker), starts a hardened container (with podman or
// docker), signs up, chats, runs its health check, stops it, and prints size and times. Steps that this machine cannot
// run are skipped and listed. If images cannot be pulled, import a substitute and pass its name: --build-image.
import { parseArgs } from 'node:util'
import { freePort } from '../test/support/free-port.ts'
import { buildImage } from './deploy/build-image.ts'
import { tryImage } from './deploy/try-image.ts'
import { offerSystemPackages } from './system-packages.ts'

const { values } = parseArgs({
  options: {
    tag: { type: 'string', default: 'localhost/shoal:dev' },
    /** Replace the base images that the Dockerfile names. */
    'build-image': { type: 'string' },
    'base-image': { type: 'string' },
    /** A podman runtime that sets no resource limits, for hosts that do not allow them. */
    runtime: { type: 'string' },
  },
})
offerSystemPackages('images')
const { tag } = values
const counts = { passed: 0, failed: 0, skipped: 0 }

function report(
  what: string,
  outcome: { passed: string } | { failed: string } | { skipped: string },
): boolean {
  const [kind = 'failed', text = ''] = Object.entries(outcome)[0] ?? []
  counts[kind as keyof typeof counts]++
  console.log(`${{ passed: 'ok  ', failed: 'FAIL', skipped: 'skip' }[kind]} ${what}: ${text}`)
  return kind === 'passed'
}

const built = report(
  'build',
  buildImage({ tag, buildImage: values['build-image'], baseImage: values['base-image'] }),
)
if (built) report('run', await tryImage({ tag, port: await freePort(), runtime: values.runtime }))
else report('run', { skipped: 'no image was built' })
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed > 0 ? 1 : 0
