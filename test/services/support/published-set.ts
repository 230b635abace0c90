import { execFileSync } from 'node:child_process'
import { chmod, cp, readFile, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { ApiClient } from '../../support/api-client.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { ComposeSet, ComposeSetOptions } from './compose-set.ts'
import { NamespaceSet } from './namespace-set.ts'
import type { Nginx } from './new-nginx.ts'
import { setupCodeIn } from './setup-code.ts'
import { root } from './stand-in-images.ts'

export interface PublishedSet<Set extends ComposeSet = ComposeSet> extends AsyncDisposable {
  set: Set
  /** A client that uses the published port. */
  api: ApiClient
  upMs: number
}

/** Starts published compose files without an engine; `change` may edit the copy of deploy/. */
export function startPublishedSet(
  files: string[],
  nginx: Nginx,
  change?: (folder: string) => Promise<void>,
): Promise<PublishedSet<NamespaceSet>> {
  return startSet(files, nginx, {
    make: (options) => new NamespaceSet(options),
    ...(change ? { change } : {}),
  })
}

/** Creates secrets as docs/deploy/compose.md describes, and starts published compose files from a copy of deploy/. */
export async function startSet<Set extends ComposeSet>(
  files: string[],
  nginx: Nginx,
  { make, change }: { make: (options: ComposeSetOptions) => Set; change?: (folder: string) => Promise<void> },
): Promise<PublishedSet<Set>> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder('published-set')).path
  await chmod(folder, 0o755)
  await cp(join(root, 'deploy'), folder, { recursive: true })
  const secrets = join(folder, 'compose/secrets')
  execFileSync(join(folder, 'compose/make-secrets.sh'), [secrets, 'localhost'], { stdio: 'ignore' })
  if (!nginx.resolvesRepeatedly) await removeNewDirectives(join(folder, 'nginx/nginx.conf'))
  await change?.(folder)
  const set = stack.use(
    make({ folder, files, env: { SHOAL_SECRETS: './secrets', WEBUI_URL: 'https://localhost' }, nginx }),
  )
  const began = performance.now()
  await set.up()
  const upMs = performance.now() - began
  const single = files.includes('compose.single.yaml')
  if (!single) {
    const certificate = readFileSync(join(secrets, 'tls-cert.pem'), 'utf8')
    setDefaultCACertificates([...getCACertificates('default'), certificate])
  }
  const port = single ? await set.forwardPort('shoal', 8080) : await set.forwardPort('nginx', 8443)
  const api = new ApiClient(single ? `http://localhost:${port}` : `https://localhost:${port}`)
  api.setupCode = setupCodeIn(await set.log(single ? 'shoal' : 'shoal-1'))
  const owned = stack.move()
  return {
    set,
    api,
    upMs,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Removes directives that nginx 1.22 does not know; it then resolves names only once. */
async function removeNewDirectives(path: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  await writeFile(
    path,
    text.replaceAll(' resolve ', ' ').replaceAll(/^ *(keepalive_min_timeout|http2) .*$/gm, ''),
  )
}
