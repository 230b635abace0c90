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
 * Makes commands such as `shoal user …` work while a server with an embedded store runs, because only that server may
 * open the store. With DATABASE_URL the commands connect to the database directly. If the socket cannot be created, the
 * server still starts.
 */
export async function serveCommandLine(options: ServeCommandLineOptions): Promise<void> {
  const { dataDir, operator, settings, lifecycle, logger } = options
  const verbs = { ...adminVerbs(operator), config: async () => settings.overridden() }
  try {
    const stop = await serveAdminSocket(adminSocketPath(dataDir), { verbs, logger })
    lifecycle.started('command line', stop)
  } catch (error) {
    logger.warn(
      { err: error },
      'the admin socket could not be opened, so the command line cannot reach this server',
    )
  }
}

/**
 * The functions of the command line, by the names of its commands. A running server or the command itself calls them.
 */
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
  throw new AppError('bad_request', { field: name, message: `${name} is required.` })
}
