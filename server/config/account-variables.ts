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
      'Secret that signs session tokens and encrypts provider keys. Set the same value on every instance. Unset: Shoal generates one at the first start and keeps it in DATA_DIR or, with DATABASE_URL, in the database.',
  }),
  tokenLifetimeMs: variable('JWT_EXPIRES_IN', {
    kind: lifetime,
    fallback: 4 * 7 * 86_400_000,
    fallbackText: '4w',
    meaning:
      'Time after which a sign-in expires: `4w`, `7d`, `24h`, `30m`, a number of seconds without a unit, or `-1` for never (the cookie then lasts 400 days and is renewed whenever it is used).',
  }),
  signUp: variable('ENABLE_SIGNUP', {
    kind: boolean,
    fallback: false,
    meaning: 'Whether users may sign up themselves. The first account can always be created.',
  }),
  defaultRole: variable('DEFAULT_USER_ROLE', {
    kind: choice('pending', 'user', 'admin'),
    fallback: 'pending',
    meaning:
      'Role of a new account. A `pending` account cannot be used until an administrator approves it. The first account is always `admin`.',
  }),
  adminEmail: variable('WEBUI_ADMIN_EMAIL', {
    kind: optionalText,
    fallback: null,
    meaning:
      'Email address of an administrator whom the start creates if there are no accounts yet. Set WEBUI_ADMIN_PASSWORD too.',
  }),
  adminPassword: variable('WEBUI_ADMIN_PASSWORD', {
    kind: optionalText,
    fallback: null,
    secret: 'all',
    meaning: 'Password of the administrator in WEBUI_ADMIN_EMAIL.',
  }),
  adminName: variable('WEBUI_ADMIN_NAME', {
    kind: text,
    fallback: 'Admin',
    meaning: 'Name of the administrator in WEBUI_ADMIN_EMAIL.',
  }),
  sessionSameSite: variable('WEBUI_SESSION_COOKIE_SAME_SITE', {
    kind: sameSite,
    fallback: 'lax',
    meaning: 'SameSite attribute of the cookies. `none` also needs WEBUI_SESSION_COOKIE_SECURE=true.',
  }),
  sessionSecure: variable('WEBUI_SESSION_COOKIE_SECURE', {
    kind: boolean,
    fallback: false,
    meaning:
      'Whether browsers send the cookies over HTTPS only. If true, Shoal refuses a sign-in over plain HTTP.',
  }),
  authSameSite: variable('WEBUI_AUTH_COOKIE_SAME_SITE', {
    kind: optional(sameSite),
    fallback: null,
    fallbackText: 'WEBUI_SESSION_COOKIE_SAME_SITE',
    meaning: 'SameSite attribute of the sign-in cookie only.',
  }),
  authSecure: variable('WEBUI_AUTH_COOKIE_SECURE', {
    kind: optional(boolean),
    fallback: null,
    fallbackText: 'WEBUI_SESSION_COOKIE_SECURE',
    meaning: 'Whether browsers send the sign-in cookie over HTTPS only.',
  }),
  starSessions: variable('ENABLE_STAR_SESSIONS_MIDDLEWARE', {
    kind: boolean,
    fallback: true,
    meaning:
      'Whether each session is also listed in Redis, with its device and last use, at `<prefix>:shoal1:session:<id>`. No effect without REDIS_URL. The sessions themselves are always in the database and are valid on every instance.',
  }),
}
