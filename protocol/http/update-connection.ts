import { z } from 'zod'
import { id } from '../ids.ts'
import { connectionView } from './connection-view.ts'
import { connectionFields } from './create-connection.ts'
import { operation } from './operation.ts'

export const updateConnection = operation({
  method: 'PATCH',
  path: '/api/connections/{id}',
  summary: 'Change a connection; fields left out stay, an empty key removes it',
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
    order: z.number().int().optional(),
  }),
  response: connectionView,
})
