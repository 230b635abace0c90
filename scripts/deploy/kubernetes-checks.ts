import { cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployFolder } from './check.ts'
import type { Check } from './check.ts'
import { kubernetesTools } from './kubernetes-tools.ts'
import { runTool } from './tool.ts'
import type { Outcome } from './tool.ts'

const image = 'image.repository=registry.example.com/team/shoal'
const threeInstances = [image, 'database.existingSecret=db', 'redis.existingSecret=redis']
const oneInstance = [image, 'replicaCount=1', 'persistence.enabled=true']
const ingress = ['ingress.enabled=true', 'ingress.host=chat.example.com']

/** Sets of values, and what the rendered manifests must contain. */
const renders: { name: string; set: string[]; expect: RegExp }[] = [
  { name: 'a fleet', set: threeInstances, expect: /kind: PodDisruptionBudget/ },
  { name: 'one instance', set: oneInstance, expect: /type: Recreate[\s\S]*claimName: test-shoal/ },
  {
    name: 'autoscaling',
    set: [...threeInstances, 'autoscaling.enabled=true'],
    expect: /kind: HorizontalPodAutoscaler/,
  },
  {
    name: 'a migration job',
    set: [...threeInstances, 'migrations=job'],
    expect: /args: \[migrate\][\s\S]*ENABLE_DB_MIGRATIONS|ENABLE_DB_MIGRATIONS[\s\S]*args: \[migrate\]/,
  },
  {
    name: 'a network policy',
    set: [...threeInstances, 'networkPolicy.enabled=true'],
    expect: /kind: NetworkPolicy/,
  },
  {
    name: 'secrets created by the chart',
    set: [image, 'database.url=postgresql://a:b@c/d', 'redis.url=redis://r'],
    expect: /kind: Secret[\s\S]*name: test-shoal/,
  },
  // The rendered Ingress must allow upgrades and no retries at /ws, and block /metrics and /ready if the controller can
  // do that.
  ...Object.entries({
    none: /kind: Ingress[^]*name: http/,
    traefik: /kind: Ingress[^]*name: http/,
    haproxy: /return status 404 if[^]*del-header Upgrade unless \{ path \/ws \}[^]*retry-on conn-failure/,
    'nginx-inc': /type: master[^]*path: \/\n[^]*websocket-services: test-shoal[^]*path: \/ws\n/,
    'ingress-nginx': /path: \/\n[^]*proxy-next-upstream: "?off[^]*path: \/ws\n/,
    alb: /actions\.inside: [^]*path: \/metrics\n[^]*path: \/ready\n[^]*path: \/\n/,
  }).map(([preset, expect]) => ({
    name: `ingress of ${preset}`,
    set: [...threeInstances, ...ingress, `ingress.preset=${preset}`],
    expect,
  })),
]

/** Values that the chart must refuse, and the message. */
const refusals: { name: string; set: string[]; refuses: RegExp }[] = [
  { name: 'no image', set: threeInstances.slice(1), refuses: /set image\.repository=/ },
  { name: 'three instances without a database', set: [image], refuses: /needs PostgreSQL: set database/ },
  {
    name: 'three instances without Redis',
    set: [image, 'database.existingSecret=db'],
    refuses: /needs Redis: set redis/,
  },
  { name: 'one instance without storage', set: [image, 'replicaCount=1'], refuses: /lost with the pod/ },
  {
    name: 'several instances with a volume claim',
    set: [...threeInstances, 'persistence.enabled=true'],
    refuses: /keep no data in their pods/,
  },
  {
    name: 'an ingress without a host',
    set: [...threeInstances, 'ingress.enabled=true'],
    refuses: /needs ingress.host/,
  },
  { name: 'a word for a number', set: [...threeInstances, 'replicaCount=three'], refuses: /replicaCount/ },
  { name: 'an unknown value', set: [...threeInstances, 'replicas=3'], refuses: /replicas/ },
]

export function kubernetesChecks(temporary: string): Check[] {
  let tools: ReturnType<typeof kubernetesTools> | undefined
  const helm = (args: string[], options: { expect?: RegExp; refuses?: RegExp } = {}): Outcome => {
    tools ??= kubernetesTools()
    if (!tools.helm) return { skipped: 'helm is not installed and could not be fetched' }
    return runTool(tools.helm, args, options)
  }
  const chart = join(deployFolder, 'helm/shoal')
  const values = (set: string[]): string[] => set.flatMap((value) => ['--set', value])
  return [
    {
      file: 'helm/shoal',
      tool: 'helm lint --strict',
      run: async () => helm(['lint', '--strict', '--quiet', chart, ...values(threeInstances)]),
    },
    ...renders.map(({ name, set, expect }): Check => ({
      file: `helm/shoal with ${name}`,
      tool: 'helm template',
      run: async () => helm(['template', 'test', chart, ...values(set)], { expect }),
    })),
    {
      file: 'helm/shoal: two releases in one namespace',
      tool: 'helm template',
      run: async () => twoReleases((release, set) => helm(['template', release, chart, ...values(set)])),
    },
    ...refusals.map(({ name, set, refuses }): Check => ({
      file: `helm/shoal refuses ${name}`,
      tool: 'helm template',
      run: async () => helm(['template', 'test', chart, ...values(set)], { refuses }),
    })),
    ...kustomizations(temporary, () => (tools ??= kubernetesTools()).kubectl),
  ]
}

/** Two releases must not share names, and no Service may select the pods of the other release. */
function twoReleases(render: (release: string, set: string[]) => Outcome): Outcome {
  const set = [
    image,
    'database.url=postgresql://a:b@c/d',
    'redis.url=redis://r',
    'networkPolicy.enabled=true',
  ]
  const outcomes = ['one', 'two'].map((release) => render(release, [...set, ...ingress]))
  const texts = outcomes.map((outcome) => ('passed' in outcome ? (outcome.output ?? '') : undefined))
  const [first, second] = texts
  if (first === undefined || second === undefined)
    return outcomes.find((outcome) => !('passed' in outcome)) ?? { failed: 'nothing was rendered' }
  const namesOf = (text: string): string[] =>
    text
      .split(/^---$/m)
      .map((part) => `${/^kind: (\S+)/m.exec(part)?.[1]} ${/^ {2}name: (\S+)/m.exec(part)?.[1]}`)
  const both = namesOf(first).filter((name) => !name.includes('undefined') && namesOf(second).includes(name))
  if (both.length > 0) return { failed: `both releases have ${both.join(', ')}` }
  const selectorOf = (text: string): string | undefined =>
    /^kind: Service\n[^]*?^ {2}selector:\n((?: {4}\S.*\n)+)/m.exec(text)?.[1]
  return selectorOf(first) === undefined || selectorOf(first) === selectorOf(second)
    ? { failed: 'the Services of both releases have the same selector' }
    : { passed: true }
}

/** Builds the overlays unchanged, and each component in a separate overlay. */
function kustomizations(temporary: string, kubectl: () => string | undefined): Check[] {
  const folder = join(deployFolder, 'kubernetes')
  const build = (path: string): Outcome => {
    const tool = kubectl()
    if (!tool) return { skipped: 'kubectl is not installed and could not be fetched' }
    return runTool(tool, ['kustomize', path], { expect: /kind: Deployment/ })
  }
  const copy = join(temporary, 'kubernetes')
  return [
    ...globSync('overlays/*', { cwd: folder })
      .sort()
      .map((path): Check => ({
        file: `kubernetes/${path}`,
        tool: 'kubectl kustomize',
        run: async () => build(join(folder, path)),
      })),
    ...globSync('components/*', { cwd: folder })
      .sort()
      .map((path): Check => ({
        file: `kubernetes/${path}`,
        tool: 'kubectl kustomize',
        run: async () => {
          const overlay = join(copy, 'overlays', path.replace('/', '-'))
          cpSync(folder, copy, { recursive: true })
          mkdirSync(overlay, { recursive: true })
          const lines = ['resources: [../../base]', `components: [../../${path}]`]
          writeFileSync(join(overlay, 'kustomization.yaml'), `${lines.join('\n')}\n`)
          return build(overlay)
        },
      })),
  ]
}
