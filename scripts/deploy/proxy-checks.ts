import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployFolder } from './check.ts'
import type { Check } from './check.ts'
import { findProgram } from '../../test/support/find-program.ts'
import { runTool } from './tool.ts'
import type { Outcome } from './tool.ts'

/** Checks the files of the proxies. They need an existing certificate, so this creates one. */
export function proxyChecks(temporary: string): Check[] {
  return [
    {
      file: 'nginx/nginx-debian.conf',
      tool: 'nginx -t',
      run: async () => nginx(temporary, 'nginx-debian.conf'),
    },
    { file: 'nginx/nginx.conf', tool: 'nginx -t', run: async () => nginx(temporary, 'nginx.conf') },
    { file: 'haproxy/haproxy.cfg', tool: 'haproxy -c', run: async () => haproxy(temporary) },
    {
      file: 'caddy/Caddyfile',
      tool: 'caddy validate',
      run: async () =>
        runTool(
          'caddy',
          ['validate', '--adapter', 'caddyfile', '--config', join(deployFolder, 'caddy/Caddyfile')],
          {
            env: {
              SHOAL_HOST: 'localhost',
              HOME: temporary,
              XDG_DATA_HOME: temporary,
              XDG_CONFIG_HOME: temporary,
            },
          },
        ),
    },
    { file: 'traefik/*.yaml', tool: 'starting it', run: async () => traefik(temporary) },
  ]
}

function certificate(temporary: string): { cert: string; key: string } | undefined {
  const openssl = findProgram('openssl')
  if (!openssl) return undefined
  const files = { cert: join(temporary, 'cert.pem'), key: join(temporary, 'key.pem') }
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const out = ['-keyout', files.key, '-out', files.cert]
  execFileSync(openssl, ['req', '-x509', '-days', '1', '-subj', '/CN=localhost', ...kind, ...out], {
    stdio: 'ignore',
  })
  return files
}

function nginx(temporary: string, name: string): Outcome {
  const program = findProgram('nginx')
  if (!program) return { skipped: 'nginx is not installed' }
  const files = certificate(temporary)
  if (!files) return { skipped: 'openssl is not installed' }
  const folder = join(temporary, name)
  mkdirSync(folder)
  cpSync(join(deployFolder, 'nginx'), join(folder, 'shoal'), { recursive: true })
  let text = readFileSync(join(deployFolder, 'nginx', name), 'utf8')
    .replaceAll('/etc/nginx/shoal/', `${folder}/shoal/`)
    .replaceAll(/ssl_certificate \S+;/g, `ssl_certificate ${files.cert};`)
    .replaceAll(/ssl_certificate_key \S+;/g, `ssl_certificate_key ${files.key};`)
    .replace(/^pid .*$/m, `pid ${folder}/pid;`)
    .replace(/^error_log .*$/m, `error_log ${folder}/error.log;`)
    .replaceAll(/(_temp_path) \S+;/g, `$1 ${folder}/temporary;`)
  if (!knowsNewDirectives(program)) {
    // nginx 1.22 does not know these directives yet; the rest is checked.
    text = text
      .replaceAll(/^ *(resolver|keepalive_min_timeout|http2) .*$/gm, '')
      .replaceAll(/shoal-\d:8080 resolve/g, '127.0.0.1:8080')
  }
  writeFileSync(join(folder, 'nginx.conf'), text)
  return runTool('nginx', ['-t', '-q', '-p', folder, '-c', join(folder, 'nginx.conf')])
}

/** Whether this nginx knows all directives of nginx.conf. */
function knowsNewDirectives(program: string): boolean {
  const output = execFileSync('sh', ['-c', `"${program}" -v 2>&1`], { encoding: 'utf8' })
  const [, major = 0, minor = 0] = /nginx\/(\d+)\.(\d+)/.exec(output)?.map(Number) ?? []
  return major > 1 || minor >= 28
}

function haproxy(temporary: string): Outcome {
  const files = certificate(temporary)
  if (!files) return { skipped: 'openssl is not installed' }
  const site = join(temporary, 'site.pem')
  writeFileSync(site, readFileSync(files.cert, 'utf8') + readFileSync(files.key, 'utf8'))
  const path = join(temporary, 'haproxy.cfg')
  const text = readFileSync(join(deployFolder, 'haproxy/haproxy.cfg'), 'utf8')
  writeFileSync(path, text.replaceAll('/etc/haproxy/site.pem', site))
  return runTool('haproxy', ['-c', '-q', '-f', path])
}

/** Traefik has no command to check files, so this starts it on free ports and searches its output for errors. */
function traefik(temporary: string): Outcome {
  const program = findProgram('traefik')
  if (!program) return { skipped: 'traefik is not installed' }
  const files = certificate(temporary)
  if (!files) return { skipped: 'openssl is not installed' }
  const read = (name: string): string => readFileSync(join(deployFolder, 'traefik', name), 'utf8')
  const dynamic = join(temporary, 'shoal.yaml')
  const config = join(temporary, 'traefik.yaml')
  writeFileSync(
    dynamic,
    read('shoal.yaml')
      .replace('/etc/traefik/tls/cert.pem', files.cert)
      .replace('/etc/traefik/tls/key.pem', files.key),
  )
  writeFileSync(
    config,
    read('traefik.yaml')
      .replaceAll(/address: ':\d+'/g, "address: '127.0.0.1:0'")
      .replace('/etc/traefik/shoal.yaml', dynamic),
  )
  // In the output, a colour code comes right before ERR, without a space, so the pattern below has no \b there.
  const { error, stdout, stderr } = spawnSync(program, [`--configFile=${config}`], {
    encoding: 'utf8',
    timeout: 3000,
  })
  const output = `${stdout}${stderr}`
  // Warnings about unreachable instances are expected; errors are about the files.
  const stillRunning = error && 'code' in error && error.code === 'ETIMEDOUT'
  if (stillRunning && !/(ERR|FTL)\b/.test(output)) return { passed: true }
  return { failed: output || 'it exited at once' }
}
