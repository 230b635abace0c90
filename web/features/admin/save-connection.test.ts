import { expect, test } from 'vitest'
import { completeAddress, hostOf, originOf } from './save-connection.ts'

test.each([
  ['localhost:9302', 'http://localhost:9302'],
  [' 192.168.1.20:11434/v1 ', 'http://192.168.1.20:11434/v1'],
  ['[::1]:8000/v1', 'http://[::1]:8000/v1'],
  ['gpu-box:8000', 'http://gpu-box:8000'],
  ['models.local/v1', 'http://models.local/v1'],
  ['api.openai.com/v1', 'https://api.openai.com/v1'],
  ['example.org:8443', 'https://example.org:8443'],
  ['http://example.org', 'http://example.org'],
  ['HTTPS://example.org', 'HTTPS://example.org'],
  ['ftp://example.org', 'ftp://example.org'],
  ['', ''],
])('D23: the address %j is used as %j', (typed, complete) => {
  expect(completeAddress(typed)).toBe(complete)
})

test('D23: an address without a scheme has a host and an origin', () => {
  expect(hostOf('localhost:9302/v1')).toBe('localhost:9302')
  expect(originOf('localhost:9302/v1')).toBe('http://localhost:9302')
  expect(originOf('https://')).toBeNull()
})
