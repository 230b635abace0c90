import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'

// A bare machine uses the network settings of this machine: its mirror, npm registry, proxies and certificates.

/** The mirror of Debian's main archive in apt's sources; undefined for the default of debootstrap. */
export function debianMirror(): string | undefined {
  const files = ['/etc/apt/sources.list', ...globSync('/etc/apt/sources.list.d/*.{list,sources}')]
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => sourcesIn(readFileSync(file, 'utf8')))
    .find(({ uri, suites }) => /\/debian\/?$/.test(uri) && suites.some((it) => /^[a-z]+$/.test(it)))?.uri
}

interface AptSource {
  uri: string
  suites: string[]
}

/** Parses the apt sources in one file: lines (`deb [options] URI suite …`) or paragraphs of fields. */
export function sourcesIn(text: string): AptSource[] {
  const lines = [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm)].map(
    ([, uri = '', suite = '']) => ({
      uri,
      suites: [suite],
    }),
  )
  const paragraphs = text.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string): string[] =>
      new RegExp(`^${name}:(.*)$`, 'm').exec(paragraph)?.[1]?.trim().split(/\s+/) ?? []
    return field('Types').includes('deb')
      ? field('URIs').map((uri) => ({ uri, suites: field('Suites') }))
      : []
  })
  return [...lines, ...paragraphs]
}

/** The apt settings for reaching a mirror and checking its data. */
export function aptOptions(): string {
  return execFileSync('apt-config', ['dump'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /^Acquire::(http|https|Check-Valid-Until|Check-Date|Retries)\b/.test(line))
    .join('\n')
}

const certificateVariables = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'npm_config_cafile']
const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((it) => [it, it.toUpperCase()])

/** The network settings that npm needs. */
export function networkEnvironment(): Record<string, string> {
  const setting = (name: string): string => {
    const output = execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim()
    return ['null', 'undefined', 'false'].includes(output) ? '' : output
  }
  const found = {
    ...Object.fromEntries(
      [...certificateVariables, ...proxyVariables].map((it) => [it, process.env[it] ?? '']),
    ),
    npm_config_registry: setting('registry'),
    npm_config_cafile: setting('cafile'),
    npm_config_https_proxy: setting('https-proxy'),
    npm_config_noproxy: setting('noproxy'),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== ''))
}

/** The certificate files that these settings name. */
export function certificateFiles(environment: Record<string, string>): string[] {
  const named = certificateVariables.flatMap((name) => environment[name] ?? [])
  return [...new Set(named)].filter((file) => existsSync(file))
}
