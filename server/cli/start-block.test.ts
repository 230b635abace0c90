import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { startBlock } from './start-block.ts'

function blockOf(env: Record<string, string>): string {
  const reading = readConfig(env)
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return startBlock(reading.config, 8080)
}

test('O11: a start behind a proxy says the address that people open, and its own', () => {
  const block = blockOf({ WEBUI_URL: 'https://chat.example.com/' })
  expect(block).toMatch(/open +https:\/\/chat\.example\.com\n/)
  expect(block).toMatch(/here +http:\/\/localhost:8080\n/)
})

test('without WEBUI_URL it says its own alone', () => {
  expect(blockOf({})).toMatch(/open +http:\/\/localhost:8080\n/)
  expect(blockOf({})).not.toContain('here')
  expect(blockOf({ HOST: '::1' })).toContain('http://[::1]:8080')
})
