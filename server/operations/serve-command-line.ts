import { AppError } from '../../protocol/errors.ts'
import type { Operator } from '../accounts/index.ts'
import type { Lifecycle, Logger } from '../base/index.ts'
import type { Settings } from '../settings/index.ts'
import { adminSocketPath, serveAdminSocket } from './admin-socket.ts'
import type { AdminVerbs } from './admin-socket.ts'

export interface ServeCommandLineOptions {
  dataDir: string
  operator: Operator
  settings: Pick<Settings, 'overridden'>
  lifecycle: Lifecycle
  logger: Logger
}

/**
 * Lets `shoal user …` and its like work beside a running embedded server, which alone may have the store open. With
 * DATABASE_URL they go to the database themselves. A server whose socket cannot be made serves its people all the same.
 */
export async function serveCommandLine(options: ServeCommandLineOptions): Promise<void> {
  const { dataDir, operator, settings, lifecycle, logger } = options
  const verbs = { ...adminVerbs(operator), config: async () => settings.overridden() }
  try {
    const stop = await serveAdminSocket(adminSocketPath(dataDir), { verbs, logger })
    lifecycle.started('command line', stop)
  } catch (error) {
    logger.warn({ err: error }, 'the command line cannot reach this server while it runs')
  }
}

/** What the command line may have done, here or by a running server; named as its commands are. */
export function adminVerbs(operator: Operator): AdminVerbs {
  return {
    'user create': (args) =>
      operator.createUser({
        email: text(args, 'email'),
        name: text(args, 'name'),
        role: text(args, 'role'),
        password: text(args, 'password'),
      }),
    'user list': () => operator.listUsers(),
    'user set-role': (args) => operator.setRole(text(args, 'email'), text(args, 'role')),
    'user reset-password': (args) => operator.resetPassword(text(args, 'email')),
    'user deactivate': (args) => operator.setActive(text(args, 'email'), false),
    'user activate': (args) => operator.setActive(text(args, 'email'), true),
    'store confirm': () => operator.confirmEpoch(),
    'store new-epoch': () => operator.beginEpoch(),
    'key create': (args) => operator.createApiKey(text(args, 'user'), text(args, 'name')),
  }
}

function text(args: Record<string, string>, name: string): string {
  const value = args[name]
  if (value !== undefined) return value
  throw new AppError('bad_request', { field: name, message: `${name} is missing.` })
}
