import { AppError } from '../../protocol/index.ts'
import { UpstreamError } from '../upstream/contracts.ts'
import type {
  CatalogueModel,
  GenerateEnd,
  ModelCatalogue,
  PromptMessage,
  UpstreamSink,
} from '../upstream/contracts.ts'

export interface CompletionRequest {
  model: string
  messages: PromptMessage[]
  params: Record<string, unknown>
  maxTokens?: number | undefined
}

/** One answer for a program, straight from the model: nothing is stored. Aborting closes the provider's connection. */
export async function complete(
  models: ModelCatalogue,
  { model: modelId, messages, params, maxTokens }: CompletionRequest,
  sink: UpstreamSink,
  signal: AbortSignal,
): Promise<GenerateEnd> {
  const model = await models.resolve(modelId)
  if (!model) throw new AppError('unknown_model', { field: 'model' })
  try {
    return await model.generate(
      { messages, params, ...(maxTokens === undefined ? {} : { maxTokens }) },
      sink,
      signal,
    )
  } catch (error) {
    if (error instanceof UpstreamError) throw error.toAppError()
    throw error
  }
}

export async function listModels(models: ModelCatalogue): Promise<{
  items: CatalogueModel[]
  problems: { connectionName: string; message: string }[]
}> {
  const { models: items, problems } = await models.list()
  return { items, problems }
}
