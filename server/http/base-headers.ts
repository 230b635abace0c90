/**
 * What every answer carries unless its route says otherwise: nobody keeps it, nobody guesses its type, no page frames
 * it, and opened by itself it can load nothing.
 */
export const baseHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
} as const
