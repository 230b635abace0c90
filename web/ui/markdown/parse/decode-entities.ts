// Decodes character references with a table, because all suitable parsers of the browser are Trusted Types sinks.

// U+00A0 … U+00FF in order.
const latin =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml'
// U+0391 … U+03C9 in order; `-` for an unassigned or unnamed code point.
const greek =
  'Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau Upsilon Phi Chi ' +
  'Psi Omega - - - - - - - alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho ' +
  'sigmaf sigma tau upsilon phi chi psi omega'
// The rest of HTML 4, and further names that models use: pairs of a name and its characters.
const others =
  'amp & lt < gt > quot " apos \' AMP & LT < GT > QUOT " OElig Œ oelig œ Scaron Š scaron š Yuml Ÿ fnof ƒ circ ˆ tilde ˜ ' +
  'thetasym ϑ upsih ϒ piv ϖ ndash – mdash — horbar ― lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ dagger † Dagger ‡ ' +
  'bull • hellip … permil ‰ prime ′ Prime ″ lsaquo ‹ rsaquo › oline ‾ frasl ⁄ euro € image ℑ weierp ℘ real ℜ trade ™ ' +
  'alefsym ℵ larr ← uarr ↑ rarr → darr ↓ harr ↔ crarr ↵ lArr ⇐ uArr ⇑ rArr ⇒ dArr ⇓ hArr ⇔ forall ∀ part ∂ exist ∃ ' +
  'empty ∅ nabla ∇ isin ∈ notin ∉ ni ∋ prod ∏ sum ∑ minus − lowast ∗ radic √ prop ∝ infin ∞ ang ∠ and ∧ or ∨ cap ∩ cup ∪ ' +
  'int ∫ there4 ∴ sim ∼ cong ≅ asymp ≈ ne ≠ equiv ≡ le ≤ ge ≥ sub ⊂ sup ⊃ nsub ⊄ sube ⊆ supe ⊇ oplus ⊕ otimes ⊗ perp ⊥ ' +
  'sdot ⋅ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ lang ⟨ rang ⟩ loz ◊ spades ♠ clubs ♣ hearts ♥ diams ♦ check ✓ cross ✗ ' +
  'star ☆ starf ★ phone ☎ female ♀ male ♂ half ½ num # excl ! percnt % lpar ( rpar ) ast * plus + comma , period . ' +
  'sol / colon : semi ; equals = quest ? commat @ lsqb [ lbrack [ bsol \\ rsqb ] rbrack ] Hat ^ lowbar _ grave ` ' +
  'lcub { lbrace { verbar | vert | rcub } rbrace } dollar $ hyphen ‐ copysr ℗ lrarr ⇆ mapsto ↦ approx ≈ leq ≤ geq ≥'
const spaces: Record<string, string> = {
  ensp: '\u2002',
  emsp: '\u2003',
  thinsp: '\u2009',
  zwnj: '\u200C',
  zwj: '\u200D',
  lrm: '\u200E',
  rlm: '\u200F',
  Tab: '\t',
  NewLine: '\n',
}

function buildTable(): ReadonlyMap<string, string> {
  const table = new Map<string, string>(Object.entries(spaces))
  for (const [index, name] of latin.split(' ').entries()) table.set(name, String.fromCodePoint(0xa0 + index))
  for (const [index, name] of greek.split(' ').entries()) {
    if (name !== '-') table.set(name, String.fromCodePoint(0x391 + index))
  }
  const pairs = others.split(' ')
  for (let index = 0; index + 1 < pairs.length; index += 2)
    table.set(pairs[index] ?? '', pairs[index + 1] ?? '')
  return table
}

const table = buildTable()

function numeric(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix)
  // CommonMark: an invalid code point becomes U+FFFD.
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\uFFFD'
  return String.fromCodePoint(code)
}

/** Replaces `&name;`, `&#123;` and `&#x7b;` by their characters. An unknown name stays unchanged. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#[xX]([0-9a-fA-F]{1,6})|#(\d{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return numeric(hex, 16)
      if (decimal !== undefined) return numeric(decimal, 10)
      return (name === undefined ? undefined : table.get(name)) ?? whole
    },
  )
}
