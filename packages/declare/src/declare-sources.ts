import { type CheckOptions, checkResources } from './check/check-resources.ts';
import { orderIssues } from './issue/finding.ts';
import type { Issue } from './issue/issue.ts';
import { type Declared, type ParseOptions, parseSources } from './source/parse-sources.ts';
import type { SourceFile } from './source/source-file.ts';

export type DeclareOptions = ParseOptions & Pick<CheckOptions, 'vocabularies' | 'quotas'>;

/** Reads and checks files: what they declare and every issue at once, by file and place. If one is an error, nothing should be applied. */
export function declareSources(
  files: readonly SourceFile[],
  options: DeclareOptions = {},
): { readonly declared: Declared; readonly issues: readonly Issue[] } {
  const { limits, ...check } = options;
  const { declared, issues } = parseSources(files, limits === undefined ? {} : { limits });
  const { resources, positions, drafts } = declared;
  const found = checkResources(resources, { ...check, positions, drafts });
  return { declared, issues: orderIssues([...issues, ...found]) };
}
