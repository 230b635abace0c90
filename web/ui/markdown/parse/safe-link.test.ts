import { describe, expect, test } from 'vitest'
import { ownImage, safeHref } from './safe-link.ts'

describe('addresses', () => {
  test.each([
    ['https://example.org/a?b=c#d', 'https://example.org/a?b=c#d'],
    ['HTTP://example.org', 'http://example.org/'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
    ['https://example.org/a b', 'https://example.org/a%20b'],
  ])('%s leads to %s', (raw, href) => {
    expect(safeHref(raw)).toBe(href)
  })

  test.each([
    'javascript:pwn()',
    ' javascript:pwn()',
    'java\nscript:pwn()',
    '\u0001javascript:pwn()',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.org/1',
    '//example.org/',
    '/api/sign-out',
    '#x',
    'https://accounts.example.org@evil.invalid/',
    'https://u:p@evil.invalid/',
    'https://',
    'https://[',
    '',
  ])('%j is not a link', (raw) => {
    expect(safeHref(raw)).toBeUndefined()
  })

  test.each([
    ['/api/files/abc_1-2', true],
    ['/api/files/abc/thumb.png', true],
    ['/api/files/../users', false],
    ['/api/files/..', false],
    ['/api/files/a?x=1', false],
    ['/api/files/%2e%2e/x', false],
    ['//example.org/api/files/a', false],
    ['https://example.org/api/files/a', false],
    ['data:image/png;base64,x', false],
  ])('%s is our own image: %s', (raw, own) => {
    expect(ownImage(raw) === raw).toBe(own)
  })
})
