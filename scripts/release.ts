// For .github/workflows/release.yml: checks that package.json, the chart and CHANGELOG.md have the version of the tag,
// writes notes.md, and sets the image's name in the chart before it is published. Needs no packages, only Node.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { planRelease } from './release/release-plan.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const registry = process.env['REGISTRY'] ?? ''

try {
  const plan = planRelease({
    tag: process.env['GITHUB_REF_NAME'] ?? '',
    registry,
    packageJson: read('package.json'),
    chart: read('deploy/helm/shoal/Chart.yaml'),
    changelog: read('CHANGELOG.md'),
  })
  writeFileSync(join(root, 'notes.md'), `${plan.notes}\n`)
  const values = join(root, 'deploy/helm/shoal/values.yaml')
  const named = readFileSync(values, 'utf8').replace(
    /^ {2}repository: .*$/m,
    `  repository: ${registry}/shoal`,
  )
  writeFileSync(values, named)
  const outputs = [
    `version=${plan.version}`,
    `prerelease=${plan.prerelease}`,
    `image-tags<<END\n${plan.imageTags.join('\n')}\nEND`,
  ].join('\n')
  console.log(outputs)
  const file = process.env['GITHUB_OUTPUT']
  if (file) appendFileSync(file, `${outputs}\n`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
