import { describe, expect, test } from 'vitest'
import { judgeAnswer } from './judge-answer.ts'

const judge = (
  transcript: string,
  reason: Parameters<typeof judgeAnswer>[0]['reason'],
  hasToolCalls = false,
) => judgeAnswer({ transcript, reason, hasToolCalls })

describe('judging an answer', () => {
  test('visible text and a good end make an answer', () => {
    for (const reason of ['stop', 'tool-calls'] as const) {
      expect(judge('Fish.', reason)).toEqual({ status: 'done', reason })
      expect(judge('<think>\nHm\n</think>\n\nFish.', reason)).toEqual({ status: 'done', reason })
    }
  })

  test('C8: an end without text is no answer, whatever its reason', () => {
    for (const transcript of ['', ' ', '\n\n', '<think>\n\n</think>\n\n', '<think>']) {
      for (const reason of ['stop', 'length', 'tool-calls', 'unknown'] as const) {
        const { status, error } = judge(transcript, reason)
        expect({ status, error }, JSON.stringify(transcript)).toEqual({
          status: 'failed',
          error: { code: 'upstream_no_answer', message: 'The model sent an empty answer. Try again.' },
        })
      }
    }
  })

  test('C8: reasoning alone is no answer, and the error says so', () => {
    for (const transcript of ['<think>\nHm\n</think>\n\n', '<think>\nHm', '<think>Hm</think>\n ']) {
      expect(judge(transcript, 'stop')).toMatchObject({
        status: 'failed',
        error: { code: 'upstream_no_answer', message: expect.stringContaining('finished thinking') },
      })
      expect(judge(transcript, 'length').error?.message).toContain('reached the length limit')
    }
  })

  test('tool calls count as an answer', () => {
    expect(judge('', 'tool-calls', true)).toEqual({ status: 'done', reason: 'tool-calls' })
  })

  test('C9: an answer that a limit cut is done, with that reason', () => {
    expect(judge('Fish sw', 'length')).toEqual({ status: 'done', reason: 'length' })
  })

  test('C8: an unknown reason and a content filter are failures', () => {
    expect(judge('Fish', 'unknown')).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_unknown_end' },
      reason: 'unknown',
    })
    expect(judge('Fish', 'content-filter')).toMatchObject({
      status: 'failed',
      error: {
        code: 'upstream_filtered',
        message:
          "The model provider's content filter stopped this answer. Rephrase your message and try again.",
      },
    })
  })
})
