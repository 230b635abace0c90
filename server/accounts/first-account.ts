import type { Logger } from '../base/index.ts'
import type { Accounts } from './create-accounts.ts'
import type { FirstAdmin } from './operator.ts'

/** Makes the administrator that the environment names, or says how the first visitor becomes one. */
export async function prepareFirstAccount(
  accounts: Pick<Accounts, 'operator' | 'signUpMode' | 'setupCode'>,
  { firstAdmin, logger }: { firstAdmin: FirstAdmin | null; logger: Logger },
): Promise<void> {
  if (firstAdmin) await accounts.operator.ensureFirstAdmin(firstAdmin)
  if ((await accounts.signUpMode()) !== 'first') return
  logger.warn(
    `nobody has an account yet, and the first one becomes administrator; unless the page is opened on this machine, its sign-up asks for the setup code: ${accounts.setupCode}`,
  )
}
