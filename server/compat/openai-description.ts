import { z } from 'zod'
import { completionBody } from './completion-body.ts'

type Json = Record<string, unknown>

const { $schema: _dialect, ...bodySchema } = z.toJSONSchema(completionBody, { io: 'input' })

const responses = (description: string, type: string, schema: Json): Json => ({
  200: { description, content: { [type]: { schema } } },
  default: { description: 'Error', content: { 'application/json': { schema: errorSchema } } },
})

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: 'string' },
      },
    },
  },
}

const model = {
  type: 'object',
  required: ['id', 'object', 'created', 'owned_by'],
  properties: {
    id: { type: 'string' },
    object: { const: 'model' },
    created: { type: 'integer' },
    owned_by: { type: 'string' },
  },
}

const operation = (operationId: string, summary: string, rest: Json): Json => ({
  operationId,
  summary,
  tags: ['OpenAI'],
  security: [{ token: [] }],
  parameters: [],
  ...rest,
})

/** The paths of the OpenAI API for `/api/openapi.json`. */
export const openAiPaths: Json = {
  '/v1/models': {
    get: operation('openAiListModels', 'List the models, in OpenAI’s format', {
      responses: responses('Done', 'application/json', {
        type: 'object',
        properties: { object: { const: 'list' }, data: { type: 'array', items: model } },
      }),
    }),
  },
  '/v1/models/{model}': {
    get: operation('openAiGetModel', 'Get one model, in OpenAI’s format', {
      parameters: [{ name: 'model', in: 'path', required: true, schema: { type: 'string' } }],
      responses: responses('Done', 'application/json', model),
    }),
  },
  '/v1/chat/completions': {
    post: operation(
      'openAiCreateChatCompletion',
      'Get an answer from a model, in OpenAI’s format; nothing is stored',
      {
        description:
          'Other fields are sent to the provider unchanged, except for fields with which a gateway would choose another address, key or model. With `stream`, the answer is sent as server-sent events.',
        requestBody: { required: true, content: { 'application/json': { schema: bodySchema } } },
        responses: responses('Done', 'application/json', {
          type: 'object',
          properties: {
            id: { type: 'string' },
            object: { const: 'chat.completion' },
            created: { type: 'integer' },
            model: { type: 'string' },
            choices: { type: 'array', items: { type: 'object' } },
            usage: { type: 'object' },
          },
        }),
      },
    ),
  },
}
