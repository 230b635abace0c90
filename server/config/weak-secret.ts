/** Words of example files and of people in a hurry. */
const words = new Set(
  'a abc admin and change changeme chat default demo dev development example generate here insert jwt key letmein local long me mine my none null of open openwebui pass passwd password please placeholder prod production qwerty random replace sample secret shoal string super supersecret test the this todo token undefined user value very webui with your'.split(
    ' ',
  ),
)
/** What the code and the guides of Open WebUI use. */
const knownValues = new Set(['t0p-s3cr3t', 'openwebuisecretkey'])

const minLength = 16
/** Words that ask for a secret in its place, however long the rest is. */
const placeholder = /change|replace|your|insert|example|placeholder|todo/
const longLength = 32
/** Of so few characters it takes more than the least length to be hard to guess. */
const minDistinct = 6
const enoughOfFew = 20

/** Why a secret can be guessed; undefined: it cannot, as far as can be seen. */
export function weaknessOf(secret: string): string | undefined {
  const text = secret.trim().toLowerCase()
  if (knownValues.has(text)) return 'it is the example of a guide'
  const letters = text.match(/[a-z]+/g) ?? []
  const digits = text.match(/\d/g)?.length ?? 0
  const mayBeWords = text.length < longLength || placeholder.test(text)
  if (mayBeWords && digits <= minLength && letters.every((word) => words.has(word))) {
    return letters.length > 0
      ? 'it is made of words that guides use as examples'
      : 'it has too few characters'
  }
  if (text.length < minLength) return `it has ${text.length} characters`
  if (text.length < enoughOfFew && new Set(text).size < minDistinct) {
    return 'it repeats a few characters'
  }
  return undefined
}
