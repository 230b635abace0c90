import { describe, expect, test } from 'vitest'
import { describeConfig } from './describe-config.ts'
import { readConfig } from './read-config.ts'

const read = (env: Record<string, string>) => {
  const reading = readConfig(env)
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading
}

describe('B3: HTTPS_PROXY, HTTP_PROXY and NO_PROXY', () => {
  test('are read in upper and lower case; lower case wins', () => {
    const { config, warnings } = read({
      HTTPS_PROXY: 'http://big:1',
      https_proxy: 'http://small:2',
      HTTP_PROXY: 'proxy.example:3128',
      no_proxy: 'localhost,.example.com 10.0.0.0/8, *',
    })
    expect(config.upstream.proxies).toEqual({
      https: 'http://small:2/',
      http: 'http://proxy.example:3128/',
      direct: ['localhost', '.example.com', '10.0.0.0/8', '*'],
    })
    expect(warnings).toEqual([])
  })

  test('an empty value counts as not set', () => {
    expect(read({ https_proxy: '', HTTPS_PROXY: 'http://big:1' }).config.upstream.proxies.https).toBe(
      'http://big:1/',
    )
    expect(read({ HTTPS_PROXY: ' ' }).config.upstream.proxies.https).toBeNull()
  })

  test('`shoal config` shows them without the password, with the name they were read from', () => {
    const shown = describeConfig(
      read({ https_proxy: 'http://me:hidden@proxy:3128', HTTP_PROXY: 'me:hidden@p:1' }).effective,
    )
    expect(shown).toMatch(/^HTTPS_PROXY +http:\/\/me:\*\*\*@proxy:3128 {2}\[environment, https_proxy\]$/m)
    expect(shown).toMatch(/^HTTP_PROXY +me:\*\*\*@p:1 /m)
    expect(shown).toMatch(/^NO_PROXY +\(not set\)/m)
    expect(shown).not.toContain('hidden')
  })

  test.each([
    [{ HTTPS_PROXY: 'socks5://me:hidden@p:1' }, 'HTTPS_PROXY', /not the address of an HTTP proxy/],
    [{ http_proxy: 'http://' }, 'http_proxy', /not the address/],
    [{ NO_PROXY: '10.0.0.0/33' }, 'NO_PROXY', /neither a host nor a network/],
  ])('%j prevents the start, and the problem names the variable', (env, variable, problem) => {
    const reading = readConfig(env)
    expect(reading.ok ? [] : reading.problems).toMatchObject([
      { about: variable, problem: expect.stringMatching(problem) },
    ])
    expect(JSON.stringify(reading)).not.toContain('hidden')
  })

  test.each(['ALL_PROXY', 'all_proxy', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'])(
    '%s has no effect and is reported',
    (name) => {
      expect(read({ [name]: 'x' }).warnings).toEqual([
        expect.stringMatching(new RegExp(`^${name} is ignored: `)),
      ])
    },
  )
})
