import { bytesFor, hasBit, setBit } from './bitmap.ts'
import { ByteReader, ByteWriter } from './byte-stream.ts'

/** A gram’s number is its page (the upper bits) and its place in the page. Grams are spread evenly over the pages. */
export const pageCount = 2048
const placesPerPage = 2 ** 32 / pageCount
/** Sections of a block are numbered below this. */
export const maxSections = 8192

export const pageOf = (gram: number): number => Math.floor(gram / placesPerPage)
const placeOf = (gram: number): number => gram % placesPerPage

/** One number for a gram in a section, which sorts by gram, then by section. */
export const pairOf = (gram: number, section: number): number => placeOf(gram) * maxSections + section

/**
 * Encodes a page from its sorted pairs. Each gram has an entry: the distance of its place to the one before, twice the
 * number of bytes that follow, plus 1 for a bitmap; then its sections, as their distances or as a bitmap, whichever is
 * shorter.
 */
export function encodePage(pairs: Float64Array, sectionCount: number): Uint8Array {
  const page = new ByteWriter(2 * pairs.length)
  const distances = new ByteWriter(bytesFor(sectionCount))
  let [place, placeBefore] = [0, 0]
  let sections: number[] = []
  const writeEntry = (): void => {
    page.number(place - placeBefore)
    placeBefore = place
    writeDistances(distances, sections)
    const isList = distances.length <= bytesFor(sectionCount)
    const bytes = isList ? distances.written() : bitmapOf(sections, sectionCount)
    page.number(2 * bytes.length + (isList ? 0 : 1))
    page.append(bytes)
  }
  for (const pair of pairs) {
    const nextPlace = Math.floor(pair / maxSections)
    if (nextPlace !== place && sections.length > 0) {
      writeEntry()
      sections = []
    }
    place = nextPlace
    sections.push(pair % maxSections)
  }
  if (sections.length > 0) writeEntry()
  return page.written().slice()
}

function writeDistances(to: ByteWriter, sections: readonly number[]): void {
  to.clear()
  let before = 0
  for (const section of sections) {
    to.number(section - before)
    before = section
  }
}

function bitmapOf(sections: readonly number[], sectionCount: number): Uint8Array {
  const bitmap = new Uint8Array(bytesFor(sectionCount))
  for (const section of sections) setBit(bitmap, section)
  return bitmap
}

/** The sections of a gram, ascending; none if the page does not contain the gram. */
export function sectionsIn(page: Uint8Array, gram: number): number[] {
  const wanted = placeOf(gram)
  const reader = new ByteReader(page)
  for (let place = 0; !reader.atEnd;) {
    place += reader.number()
    const form = reader.number()
    const bytes = reader.bytes(form >> 1)
    if (place === wanted) return form % 2 === 1 ? sectionsOfBitmap(bytes) : sectionsOfDistances(bytes)
    if (place > wanted) return []
  }
  return []
}

function sectionsOfDistances(bytes: Uint8Array): number[] {
  const reader = new ByteReader(bytes)
  const sections: number[] = []
  for (let section = 0; !reader.atEnd;) sections.push((section += reader.number()))
  return sections
}

function sectionsOfBitmap(bits: Uint8Array): number[] {
  const sections: number[] = []
  for (let section = 0; section < 8 * bits.length; section++)
    if (hasBit(bits, section)) sections.push(section)
  return sections
}
