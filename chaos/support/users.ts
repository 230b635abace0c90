import { ApiClient } from '../../test/support/api-client.ts'

/** Variables that let users sign up without approval, for fleets with several users. */
export const openSignUp = { ENABLE_SIGNUP: 'true', DEFAULT_USER_ROLE: 'user' }

let addresses = 0

/** Returns a new address for each request, so that limits by address do not apply. */
export function nextAddress(): string {
  addresses++
  return `203.0.${(addresses >> 8) & 255}.${addresses & 255}`
}

export const password = 'correct horse'

/** Creates an account and signs it in. The forwarded address is accepted because loopback is a trusted proxy. */
export async function signUpUser(url: string, email: string): Promise<ApiClient> {
  const response = await fetch(`${url}/api/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': nextAddress() },
    body: JSON.stringify({ name: email.split('@')[0], email, password }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`sign-up of ${email}: ${response.status} ${text}`)
  const client = new ApiClient(url)
  client.token = (JSON.parse(text) as { token: string }).token
  return client
}

/** Tries to sign in from an address, and resolves with the status of the response. */
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
