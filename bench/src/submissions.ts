import { readFileSync } from 'node:fs';

/** One real answer of a student, as the judge of the example would see it: a submission for a question of a knowledge point. */
export interface Submission {
  readonly student: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * The ASSISTments answers in the order each student gave them, three lines a student: id, skills, whether correct. The difficulty of
 * a question is what the judge could know when it was submitted: the share of wrong answers to its skill so far, smoothed by one of each.
 */
export function* submissions(
  file: string,
  students: number = Number.POSITIVE_INFINITY,
): Generator<Submission> {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && /^[\d.,]+$/.test(line));
  const seen = new Map<string, { wrong: number; all: number }>();
  for (let at = 0, taken = 0; at + 2 < lines.length && taken < students; at += 3, taken++) {
    const student = lines[at] ?? '';
    const skills = (lines[at + 1] ?? '').split(',');
    const correct = (lines[at + 2] ?? '').split(',');
    for (const [index, skill] of skills.entries()) {
      const history = seen.get(skill) ?? { wrong: 0, all: 0 };
      const difficulty = (history.wrong + 1) / (history.all + 2);
      yield {
        student,
        context: { targetingKey: student, user: { id: student }, question: { skill, difficulty } },
      };
      seen.set(skill, { wrong: history.wrong + (Number(correct[index]) >= 1 ? 0 : 1), all: history.all + 1 });
    }
  }
}
