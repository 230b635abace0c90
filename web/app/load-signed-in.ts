type SignedInModule = typeof import('./signed-in.tsx')

let loaded: SignedInModule | undefined

/** Loads the application for signed-in users, which the sign-in page does not need. */
export async function loadSignedIn(): Promise<SignedInModule> {
  loaded ??= await import('./signed-in.tsx')
  return loaded
}

/** The same module if it is already loaded, so that the first render can show it. */
export function signedInIfLoaded(): SignedInModule | undefined {
  return loaded
}
