import type { ListProblem } from './connection-models.ts'
import type { GenerateRequest, UpstreamSink, GenerateEnd, ContinuationMode } from './upstream.ts'

/** A model in the list that users choose from. */
export interface CatalogueModel {
  /** The provider's name, after the connection's prefix, or after the connection's name where two models clash. */
  id: string
  name: string
  connectionId: string
  connectionName: string
  demo: boolean
}

/** A model that can generate answers. */
export interface ResolvedModel extends CatalogueModel {
  /** The provider's name for the model. */
  upstreamModel: string
  generate(
    request: Omit<GenerateRequest, 'model'>,
    sink: UpstreamSink,
    signal: AbortSignal,
  ): Promise<GenerateEnd>
  /** How this model continues a text; `none` if that is not known, such as before the test of `auto`. */
  continuationMode(): Promise<Exclude<ContinuationMode, 'auto'>>
  /**
   * Tests how this model continues a text, if the connection's mode is `auto` and the result is not known yet. The test
   * runs during this model's `generate`, after its first event, and takes at most 8 tokens and 10 s. `enter` waits for
   * a slot in the limit of concurrent requests, and returns a function that frees it. Never rejects.
   */
  probeContinuation(signal: AbortSignal, enter?: () => Promise<() => void>): Promise<void>
}

/** Why the models of a connection are missing or may be outdated. */
export interface ModelsProblem extends ListProblem {
  connectionName: string
}

/** What this instance knows of a connection. */
export interface ConnectionState {
  /** The number of its models. Undefined before the first list has been loaded. */
  models: number | undefined
  /** When the provider was last asked for its models, epoch ms. Undefined if it was not asked. */
  checkedAt: number | undefined
  problem: ListProblem | undefined
  /** Whether the first request for the list is running. */
  pending: boolean
}

/** The merged models of all enabled connections. */
export interface ModelCatalogue {
  list(): Promise<{ models: CatalogueModel[]; problems: ModelsProblem[] }>
  /** The state of each enabled connection by its id. Outdated lists are reloaded in the background. */
  states(): Map<string, ConnectionState>
  /** Undefined if there is no such model. Reloads the lists of the providers if the cached lists do not have it. */
  resolve(modelId: string): Promise<ResolvedModel | undefined>
  /**
   * Reloads the cached lists on the next call, which waits for them. A list that cannot be reloaded is kept. To be called
   * when the connections or the models of a provider have changed.
   */
  refresh(): void
}
