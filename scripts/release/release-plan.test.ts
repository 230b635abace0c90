import { expect, test } from 'vitest'
import { planRelease } from './release-plan.ts'
import type { ReleaseSources } from './release-plan.ts'

const sources = (version: string, changes: Partial<ReleaseSources> = {}): ReleaseSources => ({
  tag: `v${version}`,
  registry: 'registry.example.com/team',
  packageJson: JSON.stringify({ version }),
  chart: `name: shoal\nversion: ${version}\nappVersion: ${version}\n`,
  changelog: `# Changelog\n\n## Unreleased\n\n- soon\n\n## ${version} - 2026-12-01\n\n- new\n- newer\n\n## 0.0.1\n\n- old\n`,
  ...changes,
})

test('O16: a final version becomes latest, and its changelog section becomes the release notes', () => {
  expect(planRelease(sources('1.2.3'))).toEqual({
    version: '1.2.3',
    prerelease: false,
    imageTags: ['registry.example.com/team/shoal:1.2.3', 'registry.example.com/team/shoal:latest'],
    notes: '- new\n- newer',
  })
})

test.each(['1.2.3-rc.1', '1.2.3-rc1', '2.0.0-0', '2.0.0-alpha-x'])(
  'O16: %s does not become latest',
  (version) => {
    expect(planRelease(sources(version))).toMatchObject({
      prerelease: true,
      imageTags: [`registry.example.com/team/shoal:${version}`],
    })
  },
)

test.each<[string, Partial<ReleaseSources>, RegExp]>([
  ['a tag that is not a version', { tag: 'v1.2' }, /the tag v1\.2 is not vX\.Y\.Z/],
  ['a tag with a line break', { tag: 'v1.2.3\nlatest=1' }, /is not vX\.Y\.Z/],
  ['another package.json', { packageJson: '{"version":"1.2.2"}' }, /package\.json is 1\.2\.2/],
  [
    'another chart',
    { chart: 'version: 1.2.2\nappVersion: 1.2.3\n' },
    /^version in deploy\/helm.* is 1\.2\.2/,
  ],
  ['another appVersion', { chart: 'version: 1.2.3\nappVersion: 1.2.2\n' }, /^appVersion in .* is 1\.2\.2/],
  // A heading that only contains the version, as part of a longer one, must not match.
  ['only a longer version in the changelog', { changelog: '## 11.2.3\n\n- x\n' }, /no section "## 1\.2\.3"/],
  ['only its release candidate', { changelog: '## 1.2.3-rc.1\n\n- x\n' }, /no section "## 1\.2\.3"/],
  ['an empty section', { changelog: '## 1.2.3\n\n## 1.2.2\n\n- x\n' }, /section of 1\.2\.3 .* is empty/],
  ['no registry', { registry: '' }, /REGISTRY is not set/],
  ['a registry with a scheme', { registry: 'https://r.example.com' }, /without https:/],
])('O16: %s is refused', (_, changes, sentence) => {
  expect(() => planRelease(sources('1.2.3', changes))).toThrow(sentence)
})
