import type { ConnectionView } from '../../../protocol/http/connections.ts'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { completeAddress } from './save-connection.ts'
import type { ConnectionValues } from './save-connection.ts'

/**
 * Whether a form’s values have to be tested before they are saved: those of a new connection, and those of an existing
 * one whose address or key is changed. A new name needs no test.
 */
export function needsTest(values: ConnectionValues, opened: ConnectionView | null): boolean {
  return opened === null || values.key !== '' || completeAddress(values.baseUrl) !== opened.baseUrl
}

/** Whether a test shows that the connection offers a model. A provider without a list needs models that are named. */
export function passesTest(
  result: ResponseOf<'verifyConnection'> | undefined,
  { models }: Pick<ConnectionValues, 'models'>,
): boolean {
  return result?.ok === true && (result.models.length > 0 || models.trim() !== '')
}
