import type { ShippedPackage } from './shipped-package.ts'

/** Creates a bill of materials in CycloneDX 1.5. The same packages always give the same text. */
export function billOfMaterials(version: string, packages: readonly ShippedPackage[]): string {
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `shoal@${version}`,
        name: 'shoal',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: packages.map((it) => ({
      type: 'library',
      'bom-ref': `${it.name}@${it.version}`,
      name: it.name,
      version: it.version,
      purl: `pkg:npm/${it.name.replace('@', '%40')}@${it.version}`,
      scope: 'required',
      licenses: [{ expression: it.license }],
      properties: it.parts.map((value) => ({ name: 'shoal:part', value })),
    })),
    dependencies: [
      {
        ref: `shoal@${version}`,
        dependsOn: packages.map((it) => `${it.name}@${it.version}`),
      },
    ],
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

/** The licence texts that the page shows under About and that the image contains as a file. */
export function noticesText(packages: readonly ShippedPackage[], others: readonly string[]): string {
  const line = '-'.repeat(80)
  const parts = packages.map(
    ({ name, version, license, texts }) => `${name} ${version} (${license})\n\n${texts.join('\n\n')}`,
  )
  return `${[
    'Shoal is licensed under the Apache License, Version 2.0. It contains the work of others, under these licences.',
    ...parts,
    ...others,
  ].join(`\n\n${line}\n\n`)}\n`
}
