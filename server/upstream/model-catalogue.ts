import type { GenerateRequest, UpstreamSink, GenerateEnd, Continues } from './upstream.ts'

/** A model as a person chooses it. */
export interface CatalogueModel {
  /** What a run is started with: the provider's name, behind the connection's prefix where it has one or names clash. */
  id: string
  name: string
  connectionId: string
  connectionName: string
  demo: boolean
}

/** A model that can be asked. */
export interface ResolvedModel extends CatalogueModel {
  /** The provider's own name of the model. */
  upstreamModel: string
  generate(
    request: Omit<GenerateRequest, 'model'>,
    sink: UpstreamSink,
    signal: AbortSignal,
  ): Promise<GenerateEnd>
  /**
   * How this model continues a text, `none` where that is not known. `auto` that has not been answered yet is `none`.
   */
  continues(): Promise<Exclude<Continues, 'auto'>>
  /**
   * Asks the question of `auto` beside this model's `generate`, once that has brought its first words, if it has not
   * been asked before: at most 8 tokens and 10 s. `enter` waits until the provider may be asked, and returns how to leave.
   * Never rejects.
   */
  learnContinues(signal: AbortSignal, enter?: () => Promise<() => void>): Promise<void>
}

/** The models of all enabled connections, merged. One dead provider never delays the rest. */
export interface ModelCatalogue {
  list(): Promise<{ models: CatalogueModel[]; problems: { connectionName: string; message: string }[] }>
  /** Undefined: there is no such model now. Asks the providers when the cached lists do not know it. */
  resolve(modelId: string): Promise<ResolvedModel | undefined>
  /** The connections changed: forget cached lists. */
  refresh(): void
}
