import { integer, networks, optional, optionalText, originUrl, origins, pathPrefix, text } from './kinds.ts'
import { variable } from './variable.ts'

export const serverVariables = {
  port: variable('PORT', {
    kind: integer(0, 65_535),
    fallback: 8080,
    meaning: 'Port to listen on; 0 chooses a free port.',
  }),
  host: variable('HOST', {
    kind: text,
    fallback: '0.0.0.0',
    meaning: 'Address to listen on; `127.0.0.1` for this machine only, `::` for IPv6 too.',
  }),
  name: variable('WEBUI_NAME', {
    kind: text,
    fallback: 'Shoal',
    meaning: 'Name of the workspace, shown on the page.',
  }),
  publicUrl: variable('WEBUI_URL', {
    kind: originUrl,
    fallback: null,
    meaning:
      'Public address that users open, such as `https://chat.example.com`. Its origin is allowed in addition to CORS_ALLOW_ORIGIN. Unset: the origin of a request must match its Host header.',
  }),
  basePath: variable('WEBUI_BASE_PATH', {
    kind: pathPrefix,
    fallback: '',
    meaning:
      'Path below which a proxy serves Shoal, such as `/chat`, if other applications share the host. The proxy may strip the path or pass it on.',
  }),
  allowedOrigins: variable('CORS_ALLOW_ORIGIN', {
    kind: origins,
    fallback: [],
    meaning:
      "Other origins whose pages may send requests to Shoal with a user's session; `*` allows every site.",
  }),
  trustedProxies: variable('FORWARDED_ALLOW_IPS', {
    kind: optional(networks),
    fallback: null,
    fallbackText: 'loopback and private ranges',
    meaning:
      "Proxies whose X-Forwarded-* headers Shoal trusts. The address of a client is the right-most X-Forwarded-For entry that is not in this list. If a proxy is trusted only by default, failed sign-ins also count against the proxy's own address, so list your proxies here if thousands of users sign in through one proxy.",
  }),
  workers: variable('WORKERS', {
    kind: integer(1, 256),
    fallback: 1,
    oldNames: ['UVICORN_WORKERS'],
    meaning:
      'Number of instances that run as processes on this machine and share the port, under one supervisor. More than one needs DATABASE_URL and REDIS_URL. About one per core is enough.',
  }),
  instance: variable('INSTANCE_ID', {
    kind: optionalText,
    fallback: null,
    fallbackText: "the machine's name",
    meaning:
      'Label of this instance in logs and on the page Instances. Two instances may have the same label.',
  }),
}
