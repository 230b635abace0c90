export interface ReleaseSources {
  /** The pushed tag, such as `v1.2.3` or `v1.2.3-rc.1`. */
  tag: string
  /** The registry for the image, such as `registry.example.com/team`. */
  registry: string
  packageJson: string
  chart: string
  changelog: string
}

export interface ReleasePlan {
  version: string
  /** A version with a suffix (`-rc.1`): its image is not `latest`, and GitHub shows it as a pre-release. */
  prerelease: boolean
  /** Tags of the image, with the registry. */
  imageTags: string[]
  /** The changelog's section of this version, without its heading. */
  notes: string
}

/** Determines what a tag publishes. Throws for the first file whose version differs from the tag. */
export function planRelease({ tag, registry, packageJson, chart, changelog }: ReleaseSources): ReleasePlan {
  // Semantic Versioning without build metadata, because an image tag cannot contain `+`.
  const version = /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)$/.exec(tag)?.[1]
  if (version === undefined) throw new Error(`the tag ${tag} is not vX.Y.Z or vX.Y.Z-suffix`)
  if (!/^[\w.-]+(:\d+)?(\/[\w.-]+)*$/.test(registry))
    throw new Error(
      registry === ''
        ? 'the repository’s variable REGISTRY is not set: name the registry, such as registry.example.com/team'
        : `REGISTRY is ${registry}: write it as registry.example.com/team, without https://`,
    )
  const found = {
    'version in package.json': (JSON.parse(packageJson) as { version: string }).version,
    'version in deploy/helm/shoal/Chart.yaml': lineOf(chart, 'version'),
    'appVersion in deploy/helm/shoal/Chart.yaml': lineOf(chart, 'appVersion'),
  }
  for (const [where, value] of Object.entries(found))
    if (value !== version)
      throw new Error(`${where} is ${value}, but the tag says ${version}: change one of them`)
  const notes = sectionOf(changelog, version)
  if (notes === undefined) throw new Error(`CHANGELOG.md has no section "## ${version}": add it`)
  if (notes === '') throw new Error(`the section of ${version} in CHANGELOG.md is empty`)
  const prerelease = version.includes('-')
  const image = `${registry}/shoal`
  return {
    version,
    prerelease,
    imageTags: prerelease ? [`${image}:${version}`] : [`${image}:${version}`, `${image}:latest`],
    notes,
  }
}

function lineOf(chart: string, key: string): string | undefined {
  return new RegExp(`^${key}: "?([^"\\s]+)"?$`, 'm').exec(chart)?.[1]
}

/** The section under a heading such as `## 1.2.3`; the version may be in brackets and followed by a date. */
function sectionOf(changelog: string, version: string): string | undefined {
  const lines = changelog.split('\n')
  const start = lines.findIndex((line) => /^## \[?([^\]\s]+)/.exec(line)?.[1] === version)
  if (start < 0) return undefined
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '))
  return lines
    .slice(start + 1, length < 0 ? undefined : start + 1 + length)
    .join('\n')
    .trim()
}
