import { expect, test } from 'vitest'
import { ignoredVariables } from './ignored-variables.ts'
import { reportUnknown } from './unknown-variables.ts'
import { readConfig } from './read-config.ts'
import { variables } from './variables.ts'

const warnings = (env: Record<string, string>): string[] => readConfig(env).warnings

test.each([
  ['REDIS_ULR', 'REDIS_URL'],
  ['WEBUI_SECRETKEY', 'WEBUI_SECRET_KEY'],
  ['ENABLE_SIGN_UP', 'ENABLE_SIGNUP'],
  ['OPENAI_API_BASE_URLs', 'OPENAI_API_BASE_URLS'],
  ['JWT_EXPIRE_IN', 'JWT_EXPIRES_IN'],
])('%s: did you mean %s', (name, meant) => {
  expect(warnings({ [name]: 'x' })).toEqual([`${name} is not known: did you mean ${meant}?`])
})

test('an unknown name with a prefix of Shoal is reported even if it resembles no known name', () => {
  expect(warnings({ SHOAL_FLUX: '1' })).toEqual([expect.stringMatching(/^SHOAL_FLUX is not known/)])
})

test('variables of other programs are not reported', () => {
  const others = {
    PATH: '/bin',
    HOME: '/root',
    LANG: 'C',
    ENABLE_FLUX: '1',
    PORTS: '',
    HOSTNAME: 'x',
    POST: '1',
  }
  expect(warnings(others)).toEqual([])
})

test('variables that Kubernetes sets for a Service named redis or shoal are not reported', () => {
  const links = {
    REDIS_SERVICE_HOST: '10.0.0.1',
    REDIS_SERVICE_PORT: '6379',
    REDIS_SERVICE_PORT_REDIS: '6379',
    REDIS_PORT: 'tcp://10.0.0.1:6379',
    REDIS_PORT_6379_TCP: 'tcp://10.0.0.1:6379',
    REDIS_PORT_6379_TCP_PROTO: 'tcp',
    SHOAL_PORT_8080_TCP_ADDR: '10.0.0.2',
  }
  expect(warnings(links)).toEqual([])
})

test.each([...ignoredVariables])('%s is accepted and reported as ignored', (name, reason) => {
  expect(warnings({ [name]: 'x' })).toEqual([`${name} is ignored: ${reason}`])
})

test('no variable is both known and ignored', () => {
  const names = Object.values(variables).flatMap((rows) => Object.values(rows))
  expect(
    names.filter(({ name, oldNames }) => [name, ...oldNames].some((one) => ignoredVariables.has(one))),
  ).toEqual([])
})

test('certificate authorities of other programs are reported only while NODE_EXTRA_CA_CERTS is not set', () => {
  const env = { SSL_CERT_FILE: '/etc/ca.pem' }
  expect(reportUnknown(env, new Set())).toEqual([expect.stringContaining('NODE_EXTRA_CA_CERTS')])
  expect(reportUnknown({ ...env, NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }, new Set())).toEqual([])
})
