/**
 * The headers of every response unless its route overrides them: caches do not store it, browsers do not guess its
 * type, no page may frame it, and it can load nothing when it is opened directly.
 */
export const baseHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
} as const
