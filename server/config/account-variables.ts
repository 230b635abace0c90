import { boolean, choice, lifetime, optional, optionalText, text } from './kinds.ts'
import { variable } from './variable.ts'

const sameSite = choice('lax', 'strict', 'none')

export const accountVariables = {
  secretKey: variable('WEBUI_SECRET_KEY', {
    kind: optionalText,
    fallback: null,
    fallbackText: 'generated',
    oldNames: ['WEBUI_JWT_SECRET_KEY'],
    secret: 'all',
    meaning:
      'Signs tokens and encrypts the keys of providers; the same on all instances. Unset: one is generated once, into DATA_DIR or, with DATABASE_URL, into the database.',
  }),
  tokenLifetimeMs: variable('JWT_EXPIRES_IN', {
    kind: lifetime,
    fallback: 4 * 7 * 86_400_000,
    fallbackText: '4w',
    meaning:
      'How long a sign-in lasts: `4w`, `7d`, `24h`, `30m`, a bare number of seconds, or `-1` for never (the cookie then lives 400 days and is renewed by use).',
  }),
  signUp: variable('ENABLE_SIGNUP', {
    kind: boolean,
    fallback: false,
    meaning: 'Whether people may make an account themselves. The first account can always be made.',
  }),
  defaultRole: variable('DEFAULT_USER_ROLE', {
    kind: choice('pending', 'user', 'admin'),
    fallback: 'pending',
    meaning: 'Role of a new account: `pending` waits for an administrator. The first account is `admin`.',
  }),
  adminEmail: variable('WEBUI_ADMIN_EMAIL', {
    kind: optionalText,
    fallback: null,
    meaning: 'With WEBUI_ADMIN_PASSWORD: an administrator who is made at start where nobody has an account.',
  }),
  adminPassword: variable('WEBUI_ADMIN_PASSWORD', {
    kind: optionalText,
    fallback: null,
    secret: 'all',
    meaning: 'See WEBUI_ADMIN_EMAIL.',
  }),
  adminName: variable('WEBUI_ADMIN_NAME', {
    kind: text,
    fallback: 'Admin',
    meaning: 'See WEBUI_ADMIN_EMAIL.',
  }),
  sessionSameSite: variable('WEBUI_SESSION_COOKIE_SAME_SITE', {
    kind: sameSite,
    fallback: 'lax',
    meaning: 'SameSite of the cookies. `none` needs WEBUI_SESSION_COOKIE_SECURE=true.',
  }),
  sessionSecure: variable('WEBUI_SESSION_COOKIE_SECURE', {
    kind: boolean,
    fallback: false,
    meaning: 'Whether cookies travel over HTTPS only. Signing in over plain HTTP is then refused.',
  }),
  authSameSite: variable('WEBUI_AUTH_COOKIE_SAME_SITE', {
    kind: optional(sameSite),
    fallback: null,
    fallbackText: 'WEBUI_SESSION_COOKIE_SAME_SITE',
    meaning: 'SameSite of the sign-in cookie alone.',
  }),
  authSecure: variable('WEBUI_AUTH_COOKIE_SECURE', {
    kind: optional(boolean),
    fallback: null,
    fallbackText: 'WEBUI_SESSION_COOKIE_SECURE',
    meaning: 'Whether the sign-in cookie travels over HTTPS only.',
  }),
  starSessions: variable('ENABLE_STAR_SESSIONS_MIDDLEWARE', {
    kind: boolean,
    fallback: true,
    meaning:
      'Whether device and last use of each session are also shown in Redis, at `<prefix>:shoal1:session:<id>`; nothing without REDIS_URL. Sessions themselves are in the database and hold on every instance in any case.',
  }),
}
