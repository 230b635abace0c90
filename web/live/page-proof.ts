/**
 * A token that proves to the server that this page is its own if a proxy hides the origin. Kept until it is refused.
 */
export interface PageProof {
  /** Undefined before the first `renew`. */
  current: () => string | undefined
  /** Fetches a new proof to replace the refused one. Rejects if the server gives none. */
  renew: () => Promise<void>
}

export function createPageProof(prove: () => Promise<string | null>): PageProof {
  let proof: string | undefined
  return {
    current: () => proof,
    async renew() {
      proof = undefined
      proof = (await prove()) ?? undefined
      if (proof === undefined) throw new Error('there is no proof for this session')
    },
  }
}
