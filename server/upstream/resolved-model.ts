import type { Logger } from '../base/index.ts'
import type { ContinuationModes } from './continuation-modes.ts'
import type { MergedModel } from './merge-models.ts'
import type { ResolvedModel } from './model-catalogue.ts'
import { onlyOpenAiParams } from './openai-params.ts'
import type { GenerateRequest, UpstreamSink } from './upstream.ts'

/** Connects a listed model to its upstream, so that it can generate answers. */
export function resolvedModel(
  { listed, connection, model }: MergedModel,
  { modes, logger }: { modes: ContinuationModes; logger: Logger },
): ResolvedModel {
  const { config, upstream } = connection
  const subject = { config, upstream, model }
  const allowed = (params: GenerateRequest['params']): Pick<GenerateRequest, 'params'> =>
    params === undefined ? {} : { params: config.openAiParamsOnly ? onlyOpenAiParams(params) : params }
  const begun = Promise.withResolvers<boolean>()
  return {
    ...listed,
    upstreamModel: model.id,
    async generate(request, sink, signal) {
      const first: UpstreamSink = (events) => {
        begun.resolve(true)
        return sink(events)
      }
      try {
        const end = await upstream.generate(
          { ...request, ...allowed(request.params), model: model.id },
          first,
          signal,
        )
        if (end.skippedLines !== undefined) {
          const { skippedLines } = end
          logger.info(
            { connection: config.name, skippedLines },
            'skipped lines of an answer that are not JSON objects',
          )
        }
        return end
      } finally {
        begun.resolve(false)
      }
    },
    continuationMode: () => modes.get(subject),
    probeContinuation: (signal, enter = enterAtOnce) =>
      modes.probe(subject, { begun: begun.promise, enter }, signal),
  }
}

const enterAtOnce = (): Promise<() => void> => Promise.resolve(() => {})
