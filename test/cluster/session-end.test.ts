import { describe, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInProcess } from '../support/in-process-fleet.ts'
import { TestSocket } from '../support/socket.ts'

describe('S8: the end of a session closes its connections', () => {
  test('a socket and a stream of events', async () => {
    await using fleet = await startInProcess({ env: { JWT_EXPIRES_IN: '3s', ENABLE_SIGNUP: 'true' } })
    const url = fleet.urls()[0]!
    const api = new ApiClient(url)
    // The session begins now, not when the instance started.
    await api.signIn()
    const socket = (await new TestSocket(url, { token: api.token }).open()).hello()
    await socket.frame('welcome')
    const live = await fetch(`${url}/api/live?tab=t`, { headers: { cookie: `token=${api.token}` } })
    expect(live.status).toBe(200)
    const ended = live.text()
    // 4100: the page forgets the session and asks to sign in again.
    expect((await socket.closed).code).toBe(4100)
    expect(await ended).toContain('"t":"welcome"')
    expect(
      (await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${api.token}` } })).status,
    ).toBe(401)
    const again = (await new TestSocket(url, { token: api.token }).open()).hello()
    expect((await again.closed).code).toBe(4101)
  })
})
