import { integer, networks, optional, optionalText, originUrl, origins, pathPrefix, text } from './kinds.ts'
import { variable } from './variable.ts'

export const serverVariables = {
  port: variable('PORT', {
    kind: integer(0, 65_535),
    fallback: 8080,
    meaning: 'Port to listen on; 0 takes a free one.',
  }),
  host: variable('HOST', {
    kind: text,
    fallback: '0.0.0.0',
    meaning: 'Address to listen on; `127.0.0.1` for this machine only, `::` for IPv6 too.',
  }),
  name: variable('WEBUI_NAME', {
    kind: text,
    fallback: 'Shoal',
    meaning: 'Name shown on the page.',
  }),
  publicUrl: variable('WEBUI_URL', {
    kind: originUrl,
    fallback: null,
    meaning:
      'Address that people type. When set, it is an allowed origin beside CORS_ALLOW_ORIGIN; otherwise an origin is compared with the Host header.',
  }),
  basePath: variable('WEBUI_BASE_PATH', {
    kind: pathPrefix,
    fallback: '',
    meaning:
      'Path below which a proxy serves this server, such as `/chat`, where other applications share the host. The proxy may take it off or leave it.',
  }),
  allowedOrigins: variable('CORS_ALLOW_ORIGIN', {
    kind: origins,
    fallback: [],
    meaning: 'Further origins whose pages may call this server with a session; `*` allows every site.',
  }),
  trustedProxies: variable('FORWARDED_ALLOW_IPS', {
    kind: optional(networks),
    fallback: null,
    fallbackText: 'loopback and private ranges',
    meaning:
      "Proxies whose X-Forwarded-* headers are believed. A person's address is the right-most X-Forwarded-For entry that is not in this list. What a proxy that only the default trusts says of an address is counted against the proxy too, so name your proxies here when thousands sign in through one.",
  }),
  workers: variable('WORKERS', {
    kind: integer(1, 256),
    fallback: 1,
    oldNames: ['UVICORN_WORKERS'],
    meaning:
      'Instances as processes of one machine that share the port, under one supervisor; more than one needs DATABASE_URL and REDIS_URL. About one per core is enough.',
  }),
  instance: variable('INSTANCE_ID', {
    kind: optionalText,
    fallback: null,
    fallbackText: "the machine's name",
    meaning: 'Label of this instance in logs and in the cluster view. Two instances may share one.',
  }),
}
