import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { startBlock } from './start-block.ts'

function blockOf(env: Record<string, string>): string {
  const reading = readConfig(env)
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return startBlock(reading.config, 8080)
}

test('O11: behind a proxy, it shows the public address and the own address of the instance', () => {
  const block = blockOf({ WEBUI_URL: 'https://chat.example.com/' })
  expect(block).toMatch(/open +https:\/\/chat\.example\.com\n/)
  expect(block).toMatch(/here +http:\/\/localhost:8080\n/)
})

test('without WEBUI_URL, it shows only the own address', () => {
  expect(blockOf({})).toMatch(/open +http:\/\/localhost:8080\n/)
  expect(blockOf({})).not.toContain('here')
  expect(blockOf({ HOST: '::1' })).toContain('http://[::1]:8080')
})
