import { z } from 'zod'
import { id } from '../ids.ts'
import { connectionView } from './connection-view.ts'
import { connectionFields } from './create-connection.ts'
import { operation } from './operation.ts'

export const updateConnection = operation({
  method: 'PATCH',
  path: '/api/connections/{id}',
  summary:
    'Change a connection; fields left out stay, an empty key removes it, and so does an address on another server without a key',
  access: 'admin',
  credentials: 'session',
  params: z.object({ id }),
  body: z.object({
    name: connectionFields.shape.name.optional(),
    baseUrl: connectionFields.shape.baseUrl.optional(),
    key: z.string().max(4000).optional(),
    prefix: z.string().max(50).optional(),
    enabled: z.boolean().optional(),
    continues: connectionFields.shape.continues.unwrap().optional(),
    modelIds: connectionFields.shape.modelIds.unwrap().optional(),
    openAiParamsOnly: z.boolean().optional(),
    order: z.number().int().optional(),
  }),
  response: connectionView.extend({
    /** The address leads to another server now, and the stored key was not taken along: enter it again. */
    keyRemoved: z.boolean(),
  }),
})
