import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { requestScripted } from '../../test/support/request-scripted.ts'
import { startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { ScriptedProvider } from '../../test/support/scripted-provider.ts'

let provider: ScriptedProvider
beforeEach(async () => {
  provider = await startScriptedProvider({})
})
afterEach(() => provider.close())

const pieces: [string, object][] = [
  ['reasoning_content', { reasoning_content: 'hm' }],
  ['reasoning', { reasoning: 'hm' }],
  ['reasoning as an object', { reasoning: { content: 'hm' } }],
  ['reasoning_details with text', { reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }],
  ['reasoning_details with a summary', { reasoning_details: [{ type: 'reasoning.summary', summary: 'hm' }] }],
  [
    'reasoning_details in parts, with a signature and encrypted ones',
    {
      reasoning_details: [
        { type: 'reasoning.text', text: 'h', signature: 'c2ln' },
        { type: 'reasoning.encrypted', data: 'ZW5j' },
        { type: 'reasoning.text', text: 'm' },
      ],
    },
  ],
  [
    'the same text in two fields, used once',
    { reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] },
  ],
  ['an empty field before the one with text', { reasoning_content: '', reasoning_details: [{ text: 'hm' }] }],
  ['reasoning_text', { reasoning_text: 'hm' }],
  ['thinking', { thinking: 'hm' }],
  ['thinking_blocks', { thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'x' }] }],
  ['a part of the content', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }],
  ['a part with a string', { content: [{ type: 'thinking', thinking: 'hm' }] }],
  ['a part of another type', { content: [{ type: 'reasoning', text: 'hm' }] }],
  [
    'a summary as a part',
    { content: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] }] },
  ],
]

describe('C10: reasoning is recognised wherever a provider puts it', () => {
  test.each(pieces)('%s', async (_name, delta) => {
    const { reasoning, text, end } = await requestScripted(provider, {
      words: [],
      chunks: [{ choices: [{ delta }] }, { choices: [{ delta: { content: 'Yes' } }] }],
    })
    expect({ reasoning, text, end }).toEqual({ reasoning: 'hm', text: 'Yes', end: { reason: 'stop' } })
  })

  test('fields without text are ignored', async () => {
    const delta = {
      reasoning: null,
      reasoning_details: [{ type: 'reasoning.encrypted', data: 'ZW5j' }],
      thinking: true,
    }
    const chunks = [{ choices: [{ delta }] }, { choices: [{ delta: { content: 'Yes' } }] }]
    expect(await requestScripted(provider, { words: [], chunks })).toMatchObject({
      reasoning: '',
      text: 'Yes',
    })
  })
})

describe('C19: the provider’s token counts', () => {
  const usageOf = async (usage: object): Promise<unknown> => {
    const { events } = await requestScripted(provider, { words: ['Yes'], chunks: [{ choices: [], usage }] })
    return events.find(({ kind }) => kind === 'usage')
  }

  test.each([
    [
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 8 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
      { promptTokens: 10, completionTokens: 5, cachedTokens: 8, reasoningTokens: 3 },
    ],
    [
      { prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 8 },
      { promptTokens: 10, completionTokens: 5, cachedTokens: 8 },
    ],
    [
      {
        prompt_tokens: 1,
        completion_tokens: 1,
        prompt_tokens_details: null,
        completion_tokens_details: { reasoning_tokens: 0 },
      },
      { promptTokens: 1, completionTokens: 1, reasoningTokens: 0 },
    ],
  ])('%j', async (usage, expected) => {
    expect(await usageOf(usage)).toEqual({ kind: 'usage', usage: expected })
  })
})
