import { boolean, choice, seconds } from './kinds.ts'
import type { Kind } from './variable.ts'
import { variable } from './variable.ts'

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

const levels: Record<string, LogLevel> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  fatal: 'fatal',
  silent: 'silent',
}

const logLevel: Kind<LogLevel> = {
  type: 'DEBUG | INFO | WARNING | ERROR | CRITICAL',
  parse(value) {
    const level = levels[value.toLowerCase()]
    return level
      ? { value: level }
      : { problem: `"${value}" is not a level`, cure: 'write DEBUG, INFO, WARNING, ERROR or CRITICAL' }
  },
}

export const operationVariables = {
  logLevel: variable('GLOBAL_LOG_LEVEL', {
    kind: logLevel,
    fallback: 'info',
    fallbackText: 'INFO',
    meaning: 'Least weight of what is logged; `silent` logs nothing.',
  }),
  logFormat: variable('LOG_FORMAT', {
    kind: choice('auto', 'json', 'pretty'),
    fallback: 'auto',
    meaning: '`auto` is for people on a terminal and JSON elsewhere.',
  }),
  persistentConfig: variable('ENABLE_PERSISTENT_CONFIG', {
    kind: boolean,
    fallback: true,
    meaning:
      'Whether settings that administrators save on the page win over the environment. When false the environment wins at every start.',
  }),
  resetConfig: variable('RESET_CONFIG_ON_START', {
    kind: boolean,
    fallback: false,
    meaning:
      'Whether settings that administrators have saved on the page are dropped at every start, so that the environment counts again. Unset it once it has worked.',
  }),
  shutdownGraceMs: variable('SHUTDOWN_GRACE_SECONDS', {
    kind: seconds(0, 3600),
    fallback: 9_000,
    fallbackText: '9',
    unit: 'seconds',
    meaning:
      'How long a stopping instance goes on with running answers before it hands them over. Keep it below the time the platform waits before it kills.',
  }),
  takeoverPolicy: variable('RUN_TAKEOVER_POLICY', {
    kind: choice('restart', 'interrupt'),
    fallback: 'restart',
    meaning:
      'What happens to an answer whose instance died, where the provider cannot continue a text: `restart` writes it anew, `interrupt` keeps what there is.',
  }),
  metrics: variable('ENABLE_METRICS', {
    kind: boolean,
    fallback: false,
    meaning: 'Whether `/metrics` is served to Prometheus without a sign-in.',
  }),
}
