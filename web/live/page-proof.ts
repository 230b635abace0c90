/** What shows a server that this page is its own, where a proxy hides the origin; kept until it is refused. */
export interface PageProof {
  /** Undefined: none was asked for so far. */
  current: () => string | undefined
  /** Fetches one in place of what was refused. Rejects where there is none to be had. */
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
