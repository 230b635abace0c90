import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runNginx } from '../../deploy/support/local-nginx.ts'
import { freePorts } from '../../support/free-port.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const refused = 'location = /ws { return 400; }'
const held =
  'proxy_buffering on; proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_busy_buffers_size 128k; proxy_ignore_headers X-Accel-Buffering;'

/** Common proxy faults, caused by people or products, each with the nginx lines that produce it. */
export const faults = {
  // The upgrade never reaches the server: the documented snippet without its two headers.
  'an upgrade whose headers are dropped': 'proxy_http_version 1.1;',
  'an upgrade that is answered by 400': `${refused} proxy_http_version 1.1;`,
  'an upgrade that is answered by 426': 'location = /ws { return 426; } proxy_http_version 1.1;',
  'an upgrade that is answered by 502':
    'location = /ws { proxy_pass http://127.0.0.1:1; } proxy_http_version 1.1;',
  // nginx obeys X-Accel-Buffering unless it is configured to ignore it. Over HTTP/1.0, responses then wait for a full
  // buffer.
  'responses that are held back': `${refused} ${held} proxy_http_version 1.0;`,
  'responses that are held back and compressed': `${refused} ${held} proxy_http_version 1.1; gzip on; gzip_types *; gzip_proxied any; gzip_min_length 0;`,
} as const

export type FaultName = keyof typeof faults

export interface BadNginx extends AsyncDisposable {
  ports: Record<FaultName, number>
}

/** Starts one nginx with a port for each fault, in front of the server at `port`. */
export async function startBadNginx(port: number): Promise<BadNginx> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder('bad-nginx'))
  const names = Object.keys(faults) as FaultName[]
  const free = await freePorts(names.length)
  const config = join(folder.path, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder.path, name)};`,
  )
  const servers = names.map(
    (name, index) => `server {
      listen 127.0.0.1:${free[index]};
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      ${faults[name]}
      location / { proxy_pass http://127.0.0.1:${port}; }
    }`,
  )
  await writeFile(
    config,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
    error_log ${join(folder.path, 'error.log')};
    pid ${join(folder.path, 'nginx.pid')};
    events {}
    http { access_log off; ${temporary.join(' ')} ${servers.join('\n')} }`,
  )
  started.defer(await runNginx({ folder: folder.path, config, port: free[0] ?? 0 }))
  const owned = started.move()
  return {
    ports: Object.fromEntries(names.map((name, index) => [name, free[index]])) as Record<FaultName, number>,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
