import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { guideNginx } from '../../test/deploy/support/local-nginx.ts'
import { killOnExit } from '../../test/support/kill-on-exit.ts'
import { findProgram } from '../../test/support/find-program.ts'
import { freePorts } from '../../test/support/free-port.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { until } from './fleet.ts'

export interface NginxProcess {
  readonly url: string
  /** The content of its error log. */
  errors(): Promise<string>
  stop(): Promise<void>
}

const files = join(import.meta.dirname, '../../deploy/nginx')

/**
 * Starts a real nginx, without TLS, that distributes requests randomly to up to three instances. It uses our own file
 * or the server blocks of the guide, with other addresses and paths.
 */
export async function startNginx(
  targets: string[],
  { whose = 'ours' }: { whose?: 'ours' | 'guide' } = {},
): Promise<NginxProcess> {
  const program = findProgram('nginx')
  if (program === undefined) throw new Error('nginx was not found: install the package nginx')
  const folder = await temporaryFolder('nginx')
  const [port = 0, redirect = 0] = await freePorts(2)
  const at = (name: string): string => join(folder.path, name)
  const ports = targets.map((target) => new URL(target).port)
  const text = whose === 'ours' ? readFile(join(files, 'nginx-debian.conf'), 'utf8') : guideNginx()
  const config = (await text)
    .replace(/^user .*$/m, process.getuid?.() === 0 ? 'user root;' : '')
    .replace(/^error_log .*$/m, `error_log ${at('error.log')} warn;`)
    .replace(/^pid .*$/m, `pid ${at('nginx.pid')};`)
    .replaceAll('/etc/nginx/shoal/', `${files}/`)
    .replace('listen 80;', `listen 127.0.0.1:${redirect};`)
    .replace('listen 443 ssl http2;', `listen 127.0.0.1:${port};`)
    .replaceAll(/^\s*(listen \[::\]|ssl_).*$/gm, '')
    .replaceAll(
      /server (?:127\.0\.0\.1:808|open-webui-)(\d)(?::8080)?(.*;)/g,
      (_, index: string, rest: string) => {
        const target = ports[Number(index) - 1]
        return target === undefined ? '' : `server 127.0.0.1:${target}${rest}`
      },
    )
    .replace(/upstream (shoal|open_webui_backend) \{([^}]*)\}/, (_, name: string, servers: string) => {
      return `upstream ${name} {\n random;${servers.replace('least_conn;', '')}}`
    })
    .replace(
      /^http \{$/m,
      `http {\n  client_body_temp_path ${at('body')};\n  proxy_temp_path ${at('proxy')};`,
    )
  await writeFile(at('nginx.conf'), config)
  const child = spawn(program, ['-c', at('nginx.conf'), '-e', at('error.log'), '-g', 'daemon off;'], {
    stdio: 'ignore',
  })
  // SIGTERM instead of SIGKILL, so that its workers end too.
  killOnExit(child, 'SIGTERM')
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  const errors = (): Promise<string> => readFile(at('error.log'), 'utf8').catch(() => '')
  const answers = await until(
    async () => (await fetch(`${url}/health`).catch(() => undefined))?.ok === true,
    10_000,
  )
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
    await folder.remove()
  }
  if (!answers) {
    const log = await errors()
    await stop()
    throw new Error(`nginx does not answer: ${log}`)
  }
  return { url, errors, stop }
}
