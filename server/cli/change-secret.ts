import type { Config } from '../config.ts'
import type { Logger } from '../base/index.ts'
import { fingerprintOf, installationSecret } from '../instance/find-store.ts'
import { openConfiguredStore } from './open-operator.ts'

export interface ChangeSecret {
  config: Config
  /** Empty: Shoal had made one itself. */
  former: string
  logger: Logger
}

/** `shoal store change-secret`: from the secret that is given to the WEBUI_SECRET_KEY that is set. Answers what to print. */
export async function changeSecret({ config, former: given, logger }: ChangeSecret): Promise<string> {
  const next = config.accounts.secretKey
  if (next === null) {
    throw new Error(
      'set WEBUI_SECRET_KEY to the new secret first, such as the output of `openssl rand -hex 32`',
    )
  }
  const store = await openConfiguredStore(config, logger, config.store.migrate)
  try {
    const generated = { ...config, accounts: { ...config.accounts, secretKey: null } }
    const former = given === '' ? await installationSecret(generated, store) : given
    const changed = await store.installations.changeSecret({
      former,
      formerFingerprint: fingerprintOf(former),
      next,
      nextFingerprint: fingerprintOf(next),
    })
    if (changed === 'wrong') {
      throw new Error(
        given === ''
          ? 'Shoal did not make the secret of this data itself: give the former WEBUI_SECRET_KEY on standard input'
          : 'what came on standard input is not the former WEBUI_SECRET_KEY of this data; nothing was changed',
      )
    }
    return `The secret is changed, and the keys of ${changed.keys} connections with it. Start every instance with the new WEBUI_SECRET_KEY; everybody has to sign in again.`
  } finally {
    await store.close()
  }
}
