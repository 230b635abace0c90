import type { Config } from '../config.ts'
import type { Logger } from '../base/index.ts'
import { fingerprintOf, installationSecret } from '../instance/find-store.ts'
import { openConfiguredStore } from './open-operator.ts'
import { Refused } from './refused.ts'

export interface ChangeSecretOptions {
  config: Config
  /** Empty if Shoal generated the former secret. */
  former: string
  logger: Logger
}

/** `shoal store change-secret`: replaces `former` with the WEBUI_SECRET_KEY that is set. Returns the text to print. */
export async function changeSecret({ config, former: given, logger }: ChangeSecretOptions): Promise<string> {
  const next = config.accounts.secretKey
  if (next === null) {
    throw new Refused(
      'WEBUI_SECRET_KEY is not set: set it to the new secret first, such as the output of `openssl rand -hex 32`',
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
      throw new Refused(
        given === ''
          ? 'Shoal did not generate the secret of this data: pass the former WEBUI_SECRET_KEY on standard input'
          : 'the secret on standard input is not the former WEBUI_SECRET_KEY of this data; nothing was changed. Pass the right one, or nothing if Shoal generated it',
      )
    }
    return `The secret was changed, and the keys of ${changed.keys} connections were encrypted with the new one. Start every instance with the new WEBUI_SECRET_KEY. All users have to sign in again.`
  } finally {
    await store.close()
  }
}
