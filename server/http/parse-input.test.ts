import { expect, test } from 'vitest'
import { z } from 'zod'
import { operations } from '../../protocol/http/index.ts'
import { AppError } from '../../protocol/index.ts'
import { parseInput } from './parse-input.ts'

function refusal(
  schema: z.ZodType | undefined,
  value: unknown,
): { code: string; field: string | undefined; message: string } {
  try {
    parseInput(schema!, value, 'body')
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, field: error.field, message: error.message }
    throw error
  }
  throw new Error('it was accepted')
}

test.each([
  [
    operations.createConnection.body,
    { kind: 'openai', name: 'x', baseUrl: 'a' },
    'baseUrl',
    { name: 'http_address' },
  ],
  [operations.createConnection.body, { kind: 'openai', name: '' }, 'name', { name: 'not_empty' }],
  [operations.createConnection.body, { kind: 'openai', name: 'x' }, 'baseUrl', { name: 'required' }],
  [operations.updateChat.body, { title: 'x'.repeat(300) }, 'title', { name: 'max_characters', limit: 200 }],
  [operations.createUser.body, { name: 'x', email: 'y', role: 'user' }, 'email', { name: 'email' }],
  [operations.startRun.body, { clientId: 'a b', model: 'm' }, 'clientId', { name: 'invalid' }],
])(
  'D23: the broken rule is named, for clients that say it with their own labels: %#',
  (schema, value, field, rule) => {
    let refused: unknown
    try {
      parseInput(schema!, value, 'body')
    } catch (error) {
      refused = error
    }
    expect(refused).toMatchObject({ field, rule })
    expect((refused as AppError).toWire()).toMatchObject({ rule })
  },
)

const { startRun, signUp, updateUser, updateChat } = operations
const run = { clientId: 'c1', model: 'm' }

test.each([
  [startRun.body, { clientId: 'c1' }, 'bad_request', 'model', 'model is required.'],
  [startRun.body, { ...run, model: 3 }, 'bad_request', 'model', 'model must be a string.'],
  [
    startRun.body,
    { ...run, clientId: 'a b' },
    'bad_request',
    'clientId',
    'clientId must be 1 to 64 letters, digits, - or _.',
  ],
  [startRun.body, { ...run, text: '' }, 'bad_request', 'text', 'text must not be empty.'],
  [
    startRun.body,
    { ...run, text: 'x'.repeat(400_001) },
    'too_large',
    'text',
    'text must have at most 400000 characters.',
  ],
  [startRun.body, { ...run, parentId: {} }, 'bad_request', 'parentId', 'parentId must be a string.'],
  [
    startRun.body,
    undefined,
    'bad_request',
    'body',
    'A JSON body is required. Send it with "Content-Type: application/json".',
  ],
  [startRun.body, 'text', 'bad_request', 'body', 'body must be an object.'],
  [startRun.body, null, 'bad_request', 'body', 'body must be an object.'],
  [
    signUp.body,
    { name: 'A', email: 'x', password: '12345678' },
    'bad_request',
    'email',
    'email must be an email address.',
  ],
  [
    signUp.body,
    { name: 'A', email: 'a@b.de', password: '1' },
    'bad_request',
    'password',
    'password must have at least 8 characters.',
  ],
  [
    updateUser.body,
    { role: 'boss' },
    'bad_request',
    'role',
    'role must be one of "admin", "user", "pending".',
  ],
  [updateChat.body, { tags: ['a', 3] }, 'bad_request', 'tags.1', 'tags.1 must be a string.'],
  [
    updateChat.body,
    { tags: Array.from({ length: 21 }, () => 'x') },
    'too_large',
    'tags',
    'tags must have at most 20 entries.',
  ],
  [updateChat.body, { read: false }, 'bad_request', 'read', 'read must be true.'],
  [operations.listChats.query, { limit: '1000' }, 'bad_request', 'limit', 'limit must be at most 100.'],
  [operations.listChats.query, { q: ['a', 'b'] }, 'bad_request', 'q', 'q must be a string.'],
])('names the wrong field and what it must be (%#)', (schema, value, ...expected) => {
  const { code, field, message } = refusal(schema, value)
  expect([code, field, message]).toEqual(expected)
})

test('drops unknown fields', () => {
  const parsed = parseInput(
    signUp.body!,
    { name: ' A ', email: ' A@B.de ', password: '12345678', role: 'admin' },
    'body',
  )
  expect(parsed).toEqual({ name: 'A', email: 'a@b.de', password: '12345678' })
})

test('never includes the value in the message', () => {
  const { message } = refusal(signUp.body, { name: 'A', email: 'a@b.de', password: 5_554_443 })
  expect(message).toBe('password must be a string.')
})
