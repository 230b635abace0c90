import type { Logger } from '../base/index.ts'
import type { Accounts } from './create-accounts.ts'
import type { FirstAdmin } from './operator.ts'

/** Creates the administrator that the environment names, or logs how the first user becomes administrator. */
export async function prepareFirstAccount(
  accounts: Pick<Accounts, 'operator' | 'signUpMode' | 'setupCode'>,
  { firstAdmin, logger }: { firstAdmin: FirstAdmin | null; logger: Logger },
): Promise<void> {
  if (firstAdmin) await accounts.operator.ensureFirstAdmin(firstAdmin)
  if ((await accounts.signUpMode()) !== 'first') return
  logger.warn(
    `no account exists yet, and the first user to sign up becomes administrator; signing up from another machine requires the setup code: ${accounts.setupCode}`,
  )
}
