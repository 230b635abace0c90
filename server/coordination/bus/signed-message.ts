import { signatureLength } from '../signer.ts'
import type { Signer } from '../signer.ts'

/** What Redis carries: `2 <signature> <message>`. The first field is the version; the signature covers the topic too. */
export function signMessage(signer: Signer, topic: string, message: string): string {
  return `2 ${signer.sign('bus', `${topic} ${message}`)} ${message}`
}

/** The message, or undefined where this installation did not sign it for this topic. */
export function openMessage(signer: Signer, topic: string, wire: string): string | undefined {
  const begin = 2 + signatureLength + 1
  if (!wire.startsWith('2 ') || wire[begin - 1] !== ' ') return undefined
  const message = wire.slice(begin)
  return signer.verify('bus', `${topic} ${message}`, wire.slice(2, begin - 1)) ? message : undefined
}
