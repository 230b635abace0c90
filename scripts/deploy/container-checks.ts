import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployFolder } from './check.ts'
import type { Check } from './check.ts'
import { findProgram } from '../../test/support/find-program.ts'
import { runTool } from './tool.ts'
import type { Outcome } from './tool.ts'

const composeFileSets: string[][] = [
  ['compose.yaml'],
  ['compose.single.yaml'],
  ['compose.yaml', 'compose.sentinel.yaml'],
  ['compose.yaml', 'compose.cluster.yaml'],
]

const requiredVariables = { SHOAL_SECRETS: './secrets', WEBUI_URL: 'https://chat.example.com' }

/** Checks the compose files with compose, with and without the required variables, and the scripts with their shell. */
export function containerChecks(temporary: string): Check[] {
  const scripts = ['compose/make-secrets.sh', 'compose/rolling-restart.sh', 'redis/start-redis.sh']
  return [
    ...composeFileSets.map((files): Check => ({
      file: files.map((file) => `compose/${file}`).join(' + '),
      tool: 'compose config',
      run: async () => compose(files, requiredVariables),
    })),
    {
      file: 'compose/compose.yaml without WEBUI_URL',
      tool: 'compose config',
      run: async () =>
        compose(['compose.yaml'], { ...requiredVariables, WEBUI_URL: '' }, /the address that users open/),
    },
    {
      file: 'compose/compose.yaml without SHOAL_SECRETS',
      tool: 'compose config',
      run: async () =>
        compose(
          ['compose.yaml'],
          { ...requiredVariables, SHOAL_SECRETS: '' },
          /run deploy\/compose\/make-secrets/,
        ),
    },
    {
      file: 'compose: no port of Redis or PostgreSQL, no password',
      tool: 'reading',
      run: async () => checkPortsAndPasswords(),
    },
    {
      file: 'compose/make-secrets.sh',
      tool: 'running it twice',
      run: async () => makeSecrets(join(temporary, 'secrets')),
    },
    ...[...scripts, 'redis/start-sentinel.sh', 'redis/create-cluster.sh', 'postgres/create-role.sh'].map(
      (file): Check => ({
        file,
        tool: 'sh -n',
        run: async () => runTool('sh', ['-n', join(deployFolder, file)]),
      }),
    ),
    { file: 'Dockerfile', tool: 'reading', run: async () => checkDockerfile() },
  ]
}

function compose(files: string[], env: Record<string, string>, refuses?: RegExp): Outcome {
  const args = files.flatMap((file) => ['-f', join(deployFolder, 'compose', file)])
  const options = { env, ...(refuses ? { refuses } : {}) }
  if (findProgram('docker-compose')) return runTool('docker-compose', [...args, 'config', '--quiet'], options)
  if ('passed' in runTool('docker', ['compose', 'version'])) {
    return runTool('docker', ['compose', ...args, 'config', '--quiet'], options)
  }
  return { skipped: 'neither docker compose nor docker-compose is installed' }
}

function checkPortsAndPasswords(): Outcome {
  for (const file of new Set(composeFileSets.flat())) {
    const text = readFileSync(join(deployFolder, 'compose', file), 'utf8')
    for (const [, service = '', body = ''] of text.matchAll(/^ {2}([\w-]+):\n((?: {4}.*\n|\n)*)/gm)) {
      if (/^ {4}ports:/m.test(body) && !['nginx', 'shoal'].includes(service))
        return { failed: `${file}: ${service} publishes a port` }
    }
    const secret = /^\s*(?!.*_FILE)\w*(PASSWORD|SECRET_KEY)\w*: (?!\$)\S+/m.exec(text)
    if (secret) return { failed: `${file}: the file contains a secret: ${secret[0].trim()}` }
  }
  return { passed: true }
}

function makeSecrets(folder: string): Outcome {
  const script = join(deployFolder, 'compose/make-secrets.sh')
  const first = runTool(script, [folder, 'chat.example.com'])
  if (!('passed' in first)) return first
  const before = readFileSync(join(folder, 'redis-url'), 'utf8')
  const second = runTool(script, [folder, 'chat.example.com'])
  if (!('passed' in second)) return second
  const same = readFileSync(join(folder, 'redis-url'), 'utf8') === before
  return same ? { passed: true } : { failed: 'running it again created different secrets' }
}

/** Checks the lines that the Dockerfile must have. */
function checkDockerfile(): Outcome {
  const text = readFileSync(join(deployFolder, 'Dockerfile'), 'utf8')
  const last = text.slice(text.lastIndexOf('\nFROM '))
  const needed = [
    /^USER 1000:1000$/m,
    /^STOPSIGNAL SIGTERM$/m,
    /^HEALTHCHECK [\s\S]*?CMD \["node"/m,
    /^ENTRYPOINT \["node", "server\/cli\.ts"\]$/m,
    /DATA_DIR=\/app\/backend\/data/,
    /PORT=8080/,
  ]
  const missing = needed.filter((pattern) => !pattern.test(last))
  if (missing.length > 0) return { failed: `the last stage lacks ${missing.join(', ')}` }
  if (/npm|gcc|make\b/.test(last)) return { failed: 'the last stage has build tools' }
  return { passed: true }
}
