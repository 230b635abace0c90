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
      : { problem: `"${value}" is not a log level`, cure: 'write DEBUG, INFO, WARNING, ERROR or CRITICAL' }
  },
}

export const operationVariables = {
  logLevel: variable('GLOBAL_LOG_LEVEL', {
    kind: logLevel,
    fallback: 'info',
    fallbackText: 'INFO',
    meaning: 'Minimum level of log lines; `silent` logs nothing.',
  }),
  logFormat: variable('LOG_FORMAT', {
    kind: choice('auto', 'json', 'pretty'),
    fallback: 'auto',
    meaning: 'Format of log lines. `auto` means `pretty` on a terminal and `json` everywhere else.',
  }),
  persistentConfig: variable('ENABLE_PERSISTENT_CONFIG', {
    kind: boolean,
    fallback: true,
    meaning:
      'Whether settings that administrators save on the page override the environment. If false, the environment overrides saved settings.',
  }),
  resetConfig: variable('RESET_CONFIG_ON_START', {
    kind: boolean,
    fallback: false,
    meaning:
      'Whether each start deletes the settings that administrators saved on the page, so that the environment applies again. Unset this variable after the first such start.',
  }),
  shutdownGraceMs: variable('SHUTDOWN_GRACE_SECONDS', {
    kind: seconds(0, 3600),
    fallback: 9_000,
    fallbackText: '9',
    unit: 'seconds',
    meaning:
      'How long a stopping instance may take to finish running answers or hand them over. Keep it a few seconds below the time after which your platform kills the process.',
  }),
  takeoverPolicy: variable('RUN_TAKEOVER_POLICY', {
    kind: choice('restart', 'interrupt'),
    fallback: 'restart',
    meaning:
      'What happens to an unfinished answer whose instance died, if the provider cannot continue a partial text: `restart` regenerates the answer, `interrupt` keeps the text so far.',
  }),
  metrics: variable('ENABLE_METRICS', {
    kind: boolean,
    fallback: false,
    meaning: 'Whether Prometheus can read `/metrics` without signing in.',
  }),
}
