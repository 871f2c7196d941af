import { type CheckOptions, createChecker } from './check/check-resources.ts';
import { orderIssues } from './issue/finding.ts';
import type { Issue } from './issue/issue.ts';
import type { Declared } from './source/declared.ts';
import { createParser, type ParseOptions } from './source/parse-sources.ts';
import type { SourceFile } from './source/source-file.ts';
import { finish } from './steps.ts';

export type DeclareOptions = ParseOptions & Pick<CheckOptions, 'vocabularies' | 'quotas'>;

export interface DeclaredSources {
  readonly declared: Declared;
  /** Everything wrong at once, by file and place. If one is an error, nothing should be applied. */
  readonly issues: readonly Issue[];
}

/** Reads and checks files. */
export function declareSources(files: readonly SourceFile[], options: DeclareOptions = {}): DeclaredSources {
  return finish(createDeclarer(options).declare(files));
}

/** Reads and checks one state of the same files after another, each time only what is not as it was: a save among ten thousand flags costs its file. */
export interface Declarer {
  /** The same as {@link declareSources}, in slices of about a millisecond. One call after the other. Resources of files that stayed are the same objects. */
  declare(files: readonly SourceFile[]): Generator<undefined, DeclaredSources>;
}

export function createDeclarer(options: DeclareOptions = {}): Declarer {
  const { limits, ...check } = options;
  const parser = createParser(limits === undefined ? {} : { limits });
  const checker = createChecker(check);
  return {
    *declare(files) {
      const { declared, issues } = yield* parser.parse(files);
      const { resources, positions, drafts } = declared;
      const found = yield* checker.check(resources, { positions, drafts });
      return { declared, issues: orderIssues([...issues, ...found]) };
    },
  };
}
