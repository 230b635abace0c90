import { ApiClient } from '../../test/support/api-client.ts'

/** Lets everybody in at once, for fleets with more than one person. */
export const openSignUp = { ENABLE_SIGNUP: 'true', DEFAULT_USER_ROLE: 'user' }

let addresses = 0

/** An address of its own for each request: limits by address are another scenario's matter. */
export function someAddress(): string {
  addresses++
  return `203.0.${(addresses >> 8) & 255}.${addresses & 255}`
}

export const password = 'correct horse'

/** Makes an account and signs it in. Loopback is a trusted proxy, so that the address is believed. */
export async function signUpPerson(url: string, email: string): Promise<ApiClient> {
  const response = await fetch(`${url}/api/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': someAddress() },
    body: JSON.stringify({ name: email.split('@')[0], email, password }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`sign-up of ${email}: ${response.status} ${text}`)
  const client = new ApiClient(url)
  client.token = (JSON.parse(text) as { token: string }).token
  return client
}

/** The status of a try to sign in from an address. */
export async function trySignIn(
  url: string,
  { email, secret, address }: { email: string; secret: string; address: string },
): Promise<number> {
  const response = await fetch(`${url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ email, password: secret }),
    signal: AbortSignal.timeout(20_000),
  })
  await response.arrayBuffer()
  return response.status
}
